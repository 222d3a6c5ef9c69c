import * as commander from 'commander';
import { DeclarationError } from '../../src/config/problems.js';
import { isFailure } from '../../src/failure.js';
import {
  UsageError,
  type Command,
  type CommandContext,
  type CommandGroup,
  type CommandValues,
  type ExitCode,
  type Output,
} from './command.js';

export interface Invocation {
  readonly command: Command;
  /** The words that invoke it, such as `davgate svn create`. */
  readonly call: string;
  readonly values: CommandValues;
}

interface Program {
  readonly version: string;
  readonly commands: readonly (Command | CommandGroup)[];
}

/**
 * Parses the command line. Prints help and the version to `output.out`, usage errors to `output.error`.
 * @param words the words after `davgate`
 * @returns the command to perform, or the exit code if there is nothing more to do
 */
export function parseCommandLine(
  { version, commands }: Program,
  words: readonly string[],
  output: Output,
): Invocation | ExitCode {
  const invocations: Invocation[] = [];
  const program = new commander.Command('davgate')
    .description('Serves the files of a Django site to its users: WebDAV, Subversion and media.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [COMMAND]', 'print help for a command')
    // An option belongs to the command before it.
    .enablePositionalOptions()
    .exitOverride();
  direct(program, output);
  for (const each of commands) add(program, each, output, (invocation) => invocations.push(invocation));
  try {
    program.parse(intelligible(program, words), { from: 'user' });
  } catch (error) {
    if (error instanceof commander.CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return invocations[0] ?? 2;
}

/**
 * Performs a command. Prints one sentence if the command line or the declaration is wrong, or the system fails.
 * @returns the exit code
 */
export async function perform(
  { command, call, values }: Invocation,
  context: CommandContext,
): Promise<ExitCode> {
  try {
    return await command.action(values, context);
  } catch (error) {
    if (error instanceof UsageError) {
      context.output.error(usageError(error.message, call));
    } else if (error instanceof DeclarationError || isFailure(error)) {
      context.output.error(`davgate: ${error.message}\n`);
    } else {
      throw error;
    }
    return 2;
  }
}

function add(
  parent: commander.Command,
  definition: Command | CommandGroup,
  output: Output,
  called: (invocation: Invocation) => void,
): void {
  const child = parent
    .command(definition.name)
    .summary(definition.summary)
    .description(definition.description);
  direct(child, output);
  if ('commands' in definition) {
    child.helpCommand(false);
    for (const each of definition.commands) add(child, each, output, called);
    return;
  }
  for (const { name, required, description } of definition.arguments) {
    child.addArgument(new commander.Argument(required ? `<${name}>` : `[${name}]`, description));
  }
  for (const { flags, required, description } of definition.options) {
    child.addOption(new commander.Option(flags, description).makeOptionMandatory(required));
  }
  child
    .addHelpText('after', () => exitCodesOf(definition, child, output.columns))
    .action(() => called({ command: definition, call: callOf(child), values: valuesOf(definition, child) }));
}

/**
 * The words for commander to parse. `help COMMAND` becomes `COMMAND --help`. Words after an unknown command are
 * dropped: with `--help` among them, commander would print help and exit with 0 instead of reporting an error.
 */
function intelligible(program: commander.Command, words: readonly string[]): readonly string[] {
  if (words[0] === 'help') return intelligible(program, [...words.slice(1), '--help']);
  let command: commander.Command | undefined = program;
  for (const [index, word] of words.entries()) {
    if (command.commands.length === 0 || word.startsWith('-')) break;
    command = command.commands.find((each) => each.name() === word);
    if (command === undefined) return words.slice(0, index + 1);
  }
  return words;
}

/** Makes commander write to `output` instead of the process's streams. */
function direct(command: commander.Command, { out, error, columns }: Output): void {
  command.configureOutput({
    writeOut: out,
    writeErr: error,
    outputError: (text, write) => write(usageError(sentenceOf(text), callOf(command))),
    getOutHelpWidth: () => columns,
    getErrHelpWidth: () => columns,
  });
}

function callOf(command: commander.Command): string {
  return command.parent ? `${callOf(command.parent)} ${command.name()}` : command.name();
}

function usageError(sentence: string, call: string): string {
  return `davgate: ${sentence}\nRun \`${call} --help\` for help.\n`;
}

/** The sentence in commander's message, such as "error: unknown option '--x'\n(Did you mean --y?)". */
function sentenceOf(text: string): string {
  const [complaint = '', suggestion = ''] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  const sentence = `${complaint.charAt(0).toUpperCase()}${complaint.slice(1)}`.replace(/\.?$/, '.');
  return [sentence, suggestion.replace(/^\((.*)\)$/, '$1')].join(' ').trim();
}

function valuesOf(definition: Command, parsed: commander.Command): CommandValues {
  const given = parsed.opts<Readonly<Record<string, unknown>>>();
  return {
    argument: (wanted) => wanted.read(parsed.args[definition.arguments.indexOf(wanted)]),
    option: (wanted) => wanted.read(given[new commander.Option(wanted.flags).attributeName()]),
  };
}

function exitCodesOf({ exitCodes }: Command, command: commander.Command, columns: number): string {
  const help = command.createHelp();
  help.helpWidth = columns;
  const items = exitCodes.map(([code, meaning]) => help.formatItem(String(code), 1, meaning, help));
  return ['', ...help.formatItemList('Exit codes:', items, help)].join('\n').trimEnd();
}
