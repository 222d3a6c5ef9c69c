import { pino } from 'pino';
import { DeclarationError } from '../../src/config/problems.js';
import { isFailure } from '../../src/failure.js';
import { announcement } from '../announcement.js';
import { readEnvironment, readListen } from '../environment.js';
import { createLog, type Log } from '../log.js';
import { run, type Davgate } from '../run.js';

/**
 * Serves a declaration until SIGTERM or SIGINT; logs to standard output.
 * @param announce gets, once davgate listens, the shares in words
 * @returns the exit code
 */
export async function serve(file: string, announce: (text: string) => void): Promise<number> {
  const log = createLog(pino.destination(1));
  keepAlive(log);
  let davgate: Davgate;
  try {
    davgate = await run({ file, ...readListen(), environment: readEnvironment(), log });
  } catch (error) {
    process.stderr.write(`davgate: ${inWords(error)}\n`);
    return 1;
  }
  announce(announcement(davgate));
  await asked('SIGTERM', 'SIGINT');
  await davgate.stop();
  return 0;
}

/** A fault in one request must not end the others'. */
function keepAlive(log: Log): void {
  process.on('uncaughtException', (err) => {
    log.error({ err }, 'an error reached nobody');
  });
  process.on('unhandledRejection', (err) => {
    log.error({ err }, 'a rejection reached nobody');
  });
}

/** Resolves at the first of the signals; a second one, whichever, ends the process at once, as is usual. */
function asked(...signals: readonly NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    const listener = (): void => {
      for (const signal of signals) process.off(signal, listener);
      resolve();
    };
    for (const signal of signals) process.on(signal, listener);
  });
}

function inWords(error: unknown): string {
  if (error instanceof DeclarationError || error instanceof RangeError || isFailure(error))
    return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return 'The port is taken by another process; set PORT or "listen" to another one.';
  if (code === 'EACCES') return 'The port may not be opened by this user; ports from 1024 up may.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
