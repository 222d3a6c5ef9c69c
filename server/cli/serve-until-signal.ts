import { isatty } from 'node:tty';
import { announcement } from './announcement.js';
import { readEnvironment, readListen } from '../environment.js';
import { errorInWords } from '../../src/config/error-in-words.js';
import { bufferedOutput } from '../observability/buffered-output.js';
import { createLog, type Log } from '../observability/log.js';
import { run, type Davgate } from '../lifecycle/run.js';

/**
 * Serves a declaration until SIGTERM or SIGINT, and reloads it at SIGHUP; logs to standard output.
 * @param announce gets, once davgate listens, the shares in words
 * @returns the exit code: 0, or 1 where davgate could not start
 */
export async function serveUntilSignal(file: string, announce: (text: string) => void): Promise<0 | 1> {
  const log = createLog(bufferedOutput(1));
  keepAlive(log);
  const starting = start(file, log);
  onHangup(() => {
    void starting.then(
      (davgate) => davgate.reload(),
      () => undefined,
    );
  });
  let davgate: Davgate;
  try {
    davgate = await starting;
  } catch (error) {
    process.stderr.write(`davgate: ${errorInWords(error)}\n`);
    return 1;
  }
  announce(announcement(davgate));
  await signalled('SIGTERM', 'SIGINT');
  await davgate.stop();
  return 0;
}

async function start(file: string, log: Log): Promise<Davgate> {
  return run({ file, ...readListen(), environment: readEnvironment(), log });
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
function signalled(...signals: readonly NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    const listener = (): void => {
      for (const signal of signals) process.off(signal, listener);
      resolve();
    };
    for (const signal of signals) process.on(signal, listener);
  });
}

/**
 * Calls `reload` at each SIGHUP. Where a terminal is gone that this process was started from, the signal does what it
 * usually does, which ends the process.
 */
function onHangup(reload: () => void): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  const listener = (): void => {
    if (terminals.every((descriptor) => isatty(descriptor))) {
      reload();
      return;
    }
    process.off('SIGHUP', listener);
    process.kill(process.pid, 'SIGHUP');
  };
  process.on('SIGHUP', listener);
}
