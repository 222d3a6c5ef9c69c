import { resolve } from 'node:path';
import { Failure } from '../../../src/failure.js';
import {
  backUpRepository,
  createRepository,
  verifyRepository,
} from '../../../src/svn/repositories/repositories.js';
import {
  faultOfName,
  isRepositoryName,
  type RepositoryName,
} from '../../../src/svn/repositories/repository-name.js';
import { argument, optionalArgument, UsageError, type Command, type CommandGroup } from '../command.js';
import {
  attempt,
  attemptEach,
  onlyShare,
  placeOf,
  repositoriesOf,
  selectShares,
  shareOptions,
} from './share-repositories.js';

/** A `davgate svn` command: all have the same options and exit codes. */
function svnCommand(
  parts: Pick<Command, 'name' | 'summary' | 'description' | 'arguments' | 'action'>,
): Command {
  const exitCodes: Command['exitCodes'] = [
    [0, 'success'],
    [1, 'a repository has a problem, or the work on it failed'],
    [2, 'the command line or the declaration is wrong, or there is no such share or repository'],
  ];
  return { ...parts, options: shareOptions, exitCodes, unforeseen: 1 };
}

const newName = argument('NAME', 'the name of the new repository', (name): RepositoryName => {
  if (isRepositoryName(name)) return name;
  throw new UsageError(faultOfName(name) ?? `"${name}" is not the name of a repository.`);
});

const create = svnCommand({
  name: 'create',
  summary: 'create a repository, which is served at once',
  description: "Creates a repository that Apache's user can write to. A running davgate serves it at once.",
  arguments: [newName],
  action: async (values, { output, environment }) => {
    const name = values.argument(newName);
    const { path, source } = onlyShare(selectShares(values));
    if (source.kind !== 'repositories') {
      throw new Failure('not-found', `The share ${path} has no folder of repositories on this machine.`);
    }
    return attempt(output, `${path}/${name}`, async () => {
      await createRepository(placeOf(source.folder, environment), name);
      return 'created';
    });
  },
});

const list = svnCommand({
  name: 'list',
  summary: 'list the repositories',
  description: 'Lists the repositories of all svn shares, or of one, by their paths on the server.',
  arguments: [],
  action: async (values, { output, environment }) => {
    for (const { url } of await repositoriesOf(selectShares(values), environment)) output.out(`${url}\n`);
    return 0;
  },
});

const verified = optionalArgument('NAME', 'the repository to verify (default: all of them)');

const verify = svnCommand({
  name: 'verify',
  summary: 'verify every revision of one repository or all',
  description: 'Reads every revision of one repository or all, and names the broken repositories.',
  arguments: [verified],
  action: async (values, { output, environment }) => {
    const wanted = values.argument(verified);
    const repositories = await repositoriesOf(selectShares(values), environment, wanted);
    return attemptEach(output, repositories, async ({ place, name }) => {
      const fault = await verifyRepository(place, name);
      if (fault !== undefined) throw new Failure('internal', fault);
      return 'whole';
    });
  },
});

const destinationArgument = argument('DESTINATION', 'the folder for the copies', (folder) => folder);
const copied = optionalArgument('NAME', 'the repository to copy (default: all of them)');

const backup = svnCommand({
  name: 'backup',
  summary: 'back up one repository or all into a folder',
  description:
    'Copies one repository or all of a share into a folder, even while they are in use. A later run copies only what is new.',
  arguments: [destinationArgument, copied],
  action: async (values, { output, environment }) => {
    const destination = values.argument(destinationArgument);
    const wanted = values.argument(copied);
    const share = onlyShare(selectShares(values));
    const repositories = await repositoriesOf([share], environment, wanted);
    return attemptEach(output, repositories, async ({ place, name }) => {
      const youngest = await backUpRepository(place, name, resolve(destination));
      return `copied, up to revision ${youngest}`;
    });
  },
});

export const svn: CommandGroup = {
  name: 'svn',
  summary: 'create, list, verify and back up the Subversion repositories of a share',
  description: 'Manages the repositories of the svn shares on this machine, even while they are in use.',
  commands: [create, list, verify, backup],
};
