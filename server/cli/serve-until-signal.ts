import { isatty } from 'node:tty';
import type { DestinationStream } from 'pino';
import { readEnvironment, readListen } from '../environment.js';
import { errorInWords } from '../../src/config/problems.js';
import { bufferedOutput } from '../observability/buffered-output.js';
import { createLog, type Log } from '../observability/log.js';
import { readersInWords } from '../../src/access/requirement.js';
import { shareRoot } from '../../src/http/target.js';
import { whoWrites } from '../../src/config/describe.js';
import type { Davgate } from '../lifecycle/davgate.js';
import { keepAlive } from '../lifecycle/keep-alive.js';
import { run } from '../lifecycle/run.js';

/**
 * Serves a declaration until SIGTERM or SIGINT, and reloads it on SIGHUP. Logs to standard output.
 * @param announce receives a description of the shares once davgate listens
 * @returns the exit code: 0, or 1 if davgate could not start
 */
export async function serveUntilSignal(file: string, announce: (text: string) => void): Promise<0 | 1> {
  const output = bufferedOutput(1);
  const log = createLog(output);
  keepAlive(log);
  const starting = start(file, log, output);
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

async function start(file: string, log: Log, output: DestinationStream): Promise<Davgate> {
  return run({ file, ...readListen(), environment: readEnvironment(), log, output });
}

/** Resolves on the first of the signals. A second signal of any of these kinds ends the process at once, as usual. */
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
 * Calls `reload` on each SIGHUP. If the terminal that started this process has closed, the signal has its default
 * effect and ends the process.
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

/** The URL of each share, and who may read and write it. */
function announcement({ host, port, shares }: Davgate): string {
  const shown =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const lines = shares.map(({ kind, path, policy }) => {
    const rule = policy.ruleFor(shareRoot);
    const more =
      policy.rules.length > 1
        ? '\n    some paths in the share have their own rules; see `davgate check`'
        : '';
    return `  http://${shown}:${port}${path}/  (${kind})\n    read:  ${readersInWords(rule.read)}\n    write: ${whoWrites(rule)}${more}`;
  });
  return `davgate serves\n${lines.join('\n')}\n`;
}
