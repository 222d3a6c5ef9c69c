import type { Log } from './log.js';

/** A log whose lines say which worker wrote them, after what the reader of a line looks for first. */
export function numbered(log: Log, worker: number): Log {
  return {
    info: (fields, message) => {
      log.info({ ...fields, worker }, message);
    },
    warn: (fields, message) => {
      log.warn({ ...fields, worker }, message);
    },
    error: (fields, message) => {
      log.error({ ...fields, worker }, message);
    },
  };
}
