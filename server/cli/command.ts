import type { Environment } from '../environment.js';
import type { OpenSiteUsers } from './site-users.js';

/** Where a command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** The width of a line of help, in characters. */
  readonly columns: number;
}

/** An error in the command line. The message is a sentence for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface CommandContext {
  readonly output: Output;
  readonly environment: Environment;
  readonly openSiteUsers: OpenSiteUsers;
}

interface Argument<T> {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  /** @throws UsageError if the word is not a valid value */
  readonly read: (word: string | undefined) => T;
}

/** An option of a command. It may stand anywhere among the arguments. */
export interface Option<T> {
  /** In commander's notation: `--secrets`, or `--share <PATH>` with a value. */
  readonly flags: string;
  readonly required: boolean;
  readonly description: string;
  /**
   * @param value a string, or true for an option without a value; undefined if the option is absent
   * @throws UsageError if the value is not valid
   */
  readonly read: (value: unknown) => T;
}

export interface CommandValues {
  /** @throws UsageError if the word is not valid for this argument */
  argument<T>(argument: Argument<T>): T;
  /** @throws UsageError if the value is not valid for this option */
  option<T>(option: Option<T>): T;
}

export type ExitCode = 0 | 1 | 2;

/** The complete definition of a command: help, usage errors and exit codes come from it. */
export interface Command {
  readonly name: string;
  /** A line in the list of commands: a verb and its object, without a full stop. */
  readonly summary: string;
  /** Full sentences for the command's own help. */
  readonly description: string;
  readonly arguments: readonly Argument<unknown>[];
  readonly options: readonly Option<unknown>[];
  readonly exitCodes: readonly (readonly [code: ExitCode, meaning: string])[];
  /** The exit code when an unforeseen error, or a storage module, ends the command. */
  readonly unforeseen: 1 | 2;
  /** Whether the command handles uncaught errors itself. */
  readonly handlesUncaught?: true;
  /**
   * @returns the exit code
   * @throws UsageError, DeclarationError or Failure: the caller prints the message and exits with 2
   */
  readonly action: (values: CommandValues, context: CommandContext) => Promise<ExitCode>;
}

/** Commands that share a first word, such as `davgate svn …`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly commands: readonly Command[];
}

export function argument<T>(name: string, description: string, parse: (word: string) => T): Argument<T> {
  const read = (word: string | undefined): T => {
    if (word === undefined) throw new UsageError(`The argument ${name} is missing.`);
    return parse(word);
  };
  return { name, required: true, description, read };
}

export function optionalArgument(name: string, description: string): Argument<string | undefined> {
  return { name, required: false, description, read: (word) => word };
}

/** An option without a value. */
export function flag(flags: string, description: string): Option<boolean> {
  return { flags, required: false, description, read: (value) => value === true };
}

/** An option with a value. */
export function option(flags: string, description: string): Option<string | undefined> {
  const read = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { flags, required: false, description, read };
}

export const defaultDeclaration = 'shares.json';

export const declarationFile: Argument<string> = {
  name: 'FILE',
  required: false,
  description: `the declaration of the shares (default: ${defaultDeclaration})`,
  read: (word = defaultDeclaration) => word,
};
