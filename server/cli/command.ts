import type { Environment } from '../environment.js';
import type { Output } from './output.js';
import type { OpenSiteUsers } from './site-users.js';

/** Words that a command cannot act on; the message is a sentence for a person. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a command may use. */
export interface CommandContext {
  readonly output: Output;
  readonly environment: Environment;
  readonly openSiteUsers: OpenSiteUsers;
}

/** A word that a command takes, by its position. */
export interface Argument<T> {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  /** @throws UsageError for a word that means nothing here */
  readonly read: (word: string | undefined) => T;
}

/** An option that a command takes, anywhere among its words. */
export interface Option<T> {
  /** As commander has it: `--secrets`, or `--share <PATH>` with a value. */
  readonly flags: string;
  readonly required: boolean;
  readonly description: string;
  /**
   * @param value a string, or true for an option without a value; undefined where it is not given
   * @throws UsageError for a value that means nothing here
   */
  readonly read: (value: unknown) => T;
}

/** What a command line gives for the arguments and options of its command. */
export interface CommandValues {
  /** @throws UsageError for a word that means nothing to this argument */
  argument<T>(argument: Argument<T>): T;
  /** @throws UsageError for a value that means nothing to this option */
  option<T>(option: Option<T>): T;
}

export type ExitCode = 0 | 1 | 2;

/** All that `davgate` knows of a command; help, usage errors and exit codes come from it. */
export interface Command {
  readonly name: string;
  /** A line in the list of commands: a verb and its object, without a full stop. */
  readonly summary: string;
  /** Sentences for the command's own help. */
  readonly description: string;
  readonly arguments: readonly Argument<unknown>[];
  readonly options: readonly Option<unknown>[];
  readonly exitCodes: readonly (readonly [code: ExitCode, meaning: string])[];
  /** The exit code when an unforeseen error, or a storage module, ends the command. */
  readonly unforeseen: 1 | 2;
  /** Whether the command itself deals with errors that nobody catches. */
  readonly handlesUncaught?: true;
  /**
   * @returns the exit code
   * @throws UsageError, DeclarationError or Failure: the caller prints the message and exits with 2
   */
  readonly action: (values: CommandValues, context: CommandContext) => Promise<ExitCode>;
}

/** Commands under one name, such as `davgate svn …`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly commands: readonly Command[];
}

/** An argument that must be given. */
export function argument<T>(name: string, description: string, parse: (word: string) => T): Argument<T> {
  const read = (word: string | undefined): T => {
    if (word === undefined) throw new UsageError(`The argument ${name} is missing.`);
    return parse(word);
  };
  return { name, required: true, description, read };
}

/** An argument that may be left out. */
export function optionalArgument(name: string, description: string): Argument<string | undefined> {
  return { name, required: false, description, read: (word) => word };
}

/** An option without a value. */
export function flag(flags: string, description: string): Option<boolean> {
  return { flags, required: false, description, read: (value) => value === true };
}

/** An option with a value, which may be left out. */
export function option(flags: string, description: string): Option<string | undefined> {
  return { flags, required: false, description, read: textOf };
}

/** An option with a value that must be given. */
export function requiredOption<T>(
  flags: string,
  description: string,
  parse: (value: string) => T,
): Option<T> {
  const read = (value: unknown): T => {
    const text = textOf(value);
    if (text === undefined) throw new UsageError(`The option ${flags} is missing.`);
    return parse(text);
  };
  return { flags, required: true, description, read };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The declaration where none is named. */
export const defaultDeclaration = 'shares.json';

/** The declaration's file, last among the arguments. */
export const declarationFile: Argument<string> = {
  name: 'FILE',
  required: false,
  description: `the declaration of the shares (default: ${defaultDeclaration})`,
  read: (word = defaultDeclaration) => word,
};
