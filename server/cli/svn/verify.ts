import { Failure } from '../../../src/failure.js';
import { verifyRepository } from '../../../src/svn/repositories/repositories.js';
import { optionalArgument, type Command } from '../command.js';
import {
  attemptEach,
  repositoriesOf,
  selectShares,
  shareOptions,
  svnExitCodes,
} from './share-repositories.js';

const nameArgument = optionalArgument('NAME', 'the repository to verify (default: all of them)');

export const verify: Command = {
  name: 'verify',
  summary: 'verify every revision of one repository or all',
  description: 'Reads every revision of one repository or all, and names the broken repositories.',
  arguments: [nameArgument],
  options: shareOptions,
  exitCodes: svnExitCodes,
  unforeseen: 1,
  action: async (values, { output, environment }) => {
    const wanted = values.argument(nameArgument);
    const repositories = await repositoriesOf(selectShares(values), environment, wanted);
    return attemptEach(output, repositories, async ({ place, name }) => {
      const fault = await verifyRepository(place, name);
      if (fault !== undefined) throw new Failure('internal', fault);
      return 'whole';
    });
  },
};
