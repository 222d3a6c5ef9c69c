import { resolve } from 'node:path';
import { backUpRepository } from '../../../src/svn/repositories/repositories.js';
import { argument, optionalArgument, type Command } from '../command.js';
import {
  attemptEach,
  onlyShare,
  repositoriesOf,
  selectShares,
  shareOptions,
  svnExitCodes,
} from './share-repositories.js';

const destinationArgument = argument('DESTINATION', 'the folder for the copies', (folder) => folder);
const nameArgument = optionalArgument('NAME', 'the repository to copy (default: all of them)');

export const backup: Command = {
  name: 'backup',
  summary: 'back up one repository or all into a folder',
  description:
    'Copies one repository or all of a share into a folder, even while they are in use. A later run copies only what is new.',
  arguments: [destinationArgument, nameArgument],
  options: shareOptions,
  exitCodes: svnExitCodes,
  unforeseen: 1,
  action: async (values, { output, environment }) => {
    const destination = values.argument(destinationArgument);
    const wanted = values.argument(nameArgument);
    const share = onlyShare(selectShares(values));
    const repositories = await repositoriesOf([share], environment, wanted);
    return attemptEach(output, repositories, async ({ place, name }) => {
      const youngest = await backUpRepository(place, name, resolve(destination));
      return `copied, up to revision ${youngest}`;
    });
  },
};
