import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { errorCode } from '../../src/config/files.js';
import type { ExitCode } from './command.js';
import type { Invocation } from './command-line.js';

/** Milliseconds that what was written gets to leave the process. */
const patience = 1000;

/**
 * Runs a command so that it ends with a sentence and one of its exit codes, whatever a storage module does meanwhile: one
 * that throws when nobody waits for it, ends the process, or leaves nothing that could go on.
 * @param error gets the sentence
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
    // The process does not wait for a stream any more.
    writeSync(2, `davgate: ended before ${name} was done; does a storage module call process.exit?\n`);
    process.exitCode = code;
  };
  const uncaught = (fault: unknown): void => {
    process.off('exit', unfinished);
    writeSync(2, `davgate: an error reached nobody, of a storage module perhaps: ${faultInWords(fault)}\n`);
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

/** On one line, with the place where it was thrown: a module's author looks there. */
function faultInWords(fault: unknown): string {
  if (!(fault instanceof Error)) return inspect(fault);
  const line = (fault.message || fault.name).replace(/\s+/g, ' ');
  if (errorCode(fault) !== undefined && 'syscall' in fault) return line;
  const place = /^ {4}at (.*)$/m.exec(fault.stack ?? '')?.[1];
  return place === undefined ? line : `${line} (at ${place})`;
}

/** A reader that wants no more, such as `head`, ends a command as it would have ended by itself. */
export function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
}

/** Ends the process with this exit code, also where a storage module has left a timer or a socket behind. */
export function exitWith(code: ExitCode): void {
  process.exitCode = code;
  // It keeps nothing waiting: where nothing else does, the process is over at once.
  setTimeout(() => process.exit(), patience).unref();
}
