import type { Command } from '../command.js';
import { repositoriesOf, selectShares, shareOptions, svnExitCodes } from './share-repositories.js';

export const list: Command = {
  name: 'list',
  summary: 'list the repositories',
  description: 'Lists the repositories of all svn shares, or of one, by their paths on the server.',
  arguments: [],
  options: shareOptions,
  exitCodes: svnExitCodes,
  unforeseen: 1,
  action: async (values, { output, environment }) => {
    for (const { url } of await repositoriesOf(selectShares(values), environment)) output.out(`${url}\n`);
    return 0;
  },
};
