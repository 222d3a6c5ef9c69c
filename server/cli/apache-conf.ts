import { isAbsolute } from 'node:path';
import type { SvnShare } from '../../src/config/kinds/svn.js';
import { loadDeclaration } from '../../src/config/load.js';
import { Failure } from '../../src/failure.js';
import { externalConfig } from '../../src/svn/apache/apache-config.js';
import { addressOf } from '../../src/svn/http1/upstream-address.js';
import { readSecret } from '../shares/read-secret.js';
import { argument, flag, requiredOption, UsageError, type Command } from './command.js';

const fileArgument = argument('FILE', 'the declaration of the shares', (word) => word);
const shareArgument = argument('SHARE', 'the path of an svn share with "upstream"', (word) => word);
const repositoriesOption = requiredOption(
  '--repositories <FOLDER>',
  'the folder that holds the repositories, as an absolute path',
  (folder) => {
    if (isAbsolute(folder)) return folder;
    throw new UsageError(`--repositories must be an absolute path, not "${folder}".`);
  },
);
const secretsOption = flag(
  '--secrets',
  "print the share's secret too; otherwise Apache's environment holds it",
);

export const apacheConf: Command = {
  name: 'apache-conf',
  summary: 'print what an Apache of your own needs to serve an svn share',
  description:
    'Prints the configuration of an Apache of your own that serves the repositories of an svn share with "upstream".',
  arguments: [fileArgument, shareArgument],
  options: [repositoriesOption, secretsOption],
  exitCodes: [
    [0, 'the configuration is printed'],
    [2, 'the command line or the declaration is wrong, or the share needs no Apache of your own'],
  ],
  unforeseen: 2,
  action: async (values, { output }) => {
    const path = values.argument(shareArgument);
    const repositories = values.option(repositoriesOption);
    const secrets = values.option(secretsOption);
    const { shares } = loadDeclaration(values.argument(fileArgument));
    const share = shares.find((candidate) => candidate.path === path);
    if (share?.kind !== 'svn') throw new Failure('not-found', `There is no svn share at "${path}".`);
    output.out(await configurationOf(share, repositories, secrets));
    return 0;
  },
};

async function configurationOf(
  { path, source, autoversioning = false }: SvnShare,
  parentPath: string,
  secrets: boolean,
): Promise<string> {
  if (source.kind !== 'upstream') {
    throw new Failure('not-found', `The share ${path} has no "upstream": davgate runs its Apache itself.`);
  }
  const secret = await readSecret(source.secretFile, 'upstreamSecretFile');
  return externalConfig({
    path,
    address: addressOf(source.origin, secret),
    secret: secrets ? secret : undefined,
    parentPath,
    authzFile: source.authzFile,
    autoversioning,
  });
}
