import type { Log } from '../observability/log.js';

/** An error in one request must not end the others. */
export function keepAlive(log: Log): void {
  process.on('uncaughtException', (err) => {
    log.error({ err }, 'uncaught exception');
  });
  process.on('unhandledRejection', (err) => {
    log.error({ err }, 'unhandled rejection');
  });
}
