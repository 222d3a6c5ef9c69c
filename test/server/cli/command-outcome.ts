import type { Command, CommandContext, CommandGroup } from '../../../server/cli/command.js';
import { parseCommandLine, perform } from '../../../server/cli/command-line.js';
import type { OpenSiteUsers } from '../../../server/cli/site-users.js';
import { readEnvironment } from '../../../server/environment.js';

export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/**
 * Runs `davgate WORDS` in this process, where davgate has these commands only.
 * @param openSiteUsers where the users of the site come from; fails unless given
 */
export async function commandOutcome(
  commands: readonly (Command | CommandGroup)[],
  words: readonly string[],
  openSiteUsers: OpenSiteUsers = () => Promise.reject(new Error('No users are expected to be read.')),
): Promise<CommandOutcome> {
  let [out, error] = ['', ''];
  const output = {
    out: (text: string) => void (out += text),
    error: (text: string) => void (error += text),
    columns: 80,
  };
  const context: CommandContext = { output, environment: readEnvironment(), openSiteUsers };
  const parsed = parseCommandLine({ version: '1.2.3', commands }, words, output);
  const code = typeof parsed === 'number' ? parsed : await perform(parsed, context);
  return { code, out, error };
}
