import { Failure } from '../../../src/failure.js';
import { createRepository } from '../../../src/svn/repositories/repositories.js';
import {
  faultOfName,
  isRepositoryName,
  type RepositoryName,
} from '../../../src/svn/repositories/repository-name.js';
import { argument, UsageError, type Command } from '../command.js';
import {
  attempt,
  onlyShare,
  placeOf,
  selectShares,
  shareOptions,
  svnExitCodes,
} from './share-repositories.js';

const nameArgument = argument('NAME', 'the name of the new repository', (name): RepositoryName => {
  if (isRepositoryName(name)) return name;
  throw new UsageError(faultOfName(name) ?? `"${name}" is not the name of a repository.`);
});

export const create: Command = {
  name: 'create',
  summary: 'create a repository, which is served at once',
  description: "Creates a repository that Apache's user can write to. A running davgate serves it at once.",
  arguments: [nameArgument],
  options: shareOptions,
  exitCodes: svnExitCodes,
  unforeseen: 1,
  action: async (values, { output, environment }) => {
    const name = values.argument(nameArgument);
    const { path, source } = onlyShare(selectShares(values));
    if (source.kind !== 'repositories') {
      throw new Failure('not-found', `The share ${path} has no folder of repositories on this machine.`);
    }
    return attempt(output, `${path}/${name}`, async () => {
      await createRepository(placeOf(source.folder, environment), name);
      return 'created';
    });
  },
};
