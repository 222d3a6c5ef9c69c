import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { errorCode } from '../../src/config/files.js';
import type { ExitCode } from './command.js';
import type { Invocation } from './command-line.js';

/** Milliseconds that output gets to leave the process. */
const patience = 1000;

/**
 * Runs a command so that it ends with a sentence and one of its exit codes, even if a storage module throws where
 * nothing catches the error, ends the process, or leaves the event loop with nothing to do.
 * @param error receives the sentence
 * @param action performs the command
 * @returns the exit code
 */
export async function guard(
  { call, command }: Pick<Invocation, 'call' | 'command'>,
  error: (text: string) => void,
  action: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const code = command.unforeseen;
  const unfinished = (): void => {
    const name = call.replace(/^davgate /, '');
    // By now the process no longer waits for streams.
    writeSync(
      2,
      `davgate: the process ended before ${name} finished; does a storage module call process.exit?\n`,
    );
    process.exitCode = code;
  };
  const uncaught = (fault: unknown): void => {
    process.off('exit', unfinished);
    writeSync(2, `davgate: uncaught error, perhaps from a storage module: ${faultInWords(fault)}\n`);
    process.exit(code);
  };
  process.once('exit', unfinished);
  if (command.handlesUncaught !== true) process.on('uncaughtException', uncaught);
  try {
    return await action();
  } catch (fault) {
    error(`davgate: ${faultInWords(fault)}\n`);
    return code;
  } finally {
    process.off('exit', unfinished);
  }
}

/** One line that names the place where the error was thrown, for the author of a storage module. */
function faultInWords(fault: unknown): string {
  if (!(fault instanceof Error)) return inspect(fault);
  const line = (fault.message || fault.name).replace(/\s+/g, ' ');
  if (errorCode(fault) !== undefined && 'syscall' in fault) return line;
  const place = /^ {4}at (.*)$/m.exec(fault.stack ?? '')?.[1];
  return place === undefined ? line : `${line} (at ${place})`;
}

/** A reader that closes the pipe early, such as `head`, does not make the command fail. */
export function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
}

/** Ends the process with this exit code, even if a storage module has left a timer or a socket open. */
export function exitWith(code: ExitCode): void {
  process.exitCode = code;
  // An unreferenced timer: if nothing else is open, the process ends at once.
  setTimeout(() => process.exit(), patience).unref();
}
