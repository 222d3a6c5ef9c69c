import { isAbsolute } from 'node:path';
import type { Declaration } from '../../src/config/declaration.js';
import type { SvnShare } from '../../src/config/kinds/svn.js';
import { loadDeclaration } from '../../src/config/load.js';
import { Failure } from '../../src/failure.js';
import { apacheGuardConfig } from '../../src/http/guard/apache-config.js';
import { externalConfig } from '../../src/svn/apache/apache-config.js';
import { addressOf } from '../../src/svn/upstream-address.js';
import { readSecret } from '../shares/read-secret.js';
import { argument, flag, option, optionalArgument, UsageError, type Command } from './command.js';

const fileArgument = argument('FILE', 'the declaration of the shares', (word) => word);
const shareArgument = optionalArgument('SHARE', 'the path of an svn share with "upstream"');
const repositoriesOption = option(
  '--repositories <FOLDER>',
  'with SHARE: the folder that holds the repositories, as an absolute path',
);
const guardFlag = flag('--guard', 'instead of SHARE: what an Apache needs that asks davgate about guards');
const secretsOption = flag('--secrets', "print the secret too; otherwise Apache's environment holds it");

export const apacheConf: Command = {
  name: 'apache-conf',
  summary: 'print what an Apache of your own needs',
  description:
    'Prints the configuration of an Apache of your own that serves the repositories of an svn share with "upstream"; ' +
    'with --guard, of one that asks davgate who may, for all shares of the kind "guard".',
  arguments: [fileArgument, shareArgument],
  options: [guardFlag, repositoriesOption, secretsOption],
  exitCodes: [
    [0, 'the configuration is printed'],
    [2, 'the command line or the declaration is wrong, or nothing in it needs an Apache of your own'],
  ],
  unforeseen: 2,
  action: async (values, { output }) => {
    const path = values.argument(shareArgument);
    const folder = values.option(repositoriesOption);
    const secrets = values.option(secretsOption);
    const file = values.argument(fileArgument);
    if (values.option(guardFlag)) {
      if (path !== undefined || folder !== undefined) {
        throw new UsageError('--guard takes neither SHARE nor --repositories.');
      }
      output.out(await guardConfigurationOf(loadDeclaration(file), secrets));
      return 0;
    }
    if (path === undefined) throw new UsageError("Missing required argument 'SHARE', or --guard.");
    const repositories = repositoriesIn(folder);
    const share = loadDeclaration(file).shares.find((candidate) => candidate.path === path);
    if (share?.kind !== 'svn') throw new Failure('not-found', `There is no svn share at "${path}".`);
    output.out(await configurationOf(share, repositories, secrets));
    return 0;
  },
};

function repositoriesIn(folder: string | undefined): string {
  if (folder === undefined) throw new UsageError("Required option '--repositories <FOLDER>' not specified.");
  if (isAbsolute(folder)) return folder;
  throw new UsageError(`--repositories must be an absolute path, not "${folder}".`);
}

async function guardConfigurationOf(
  { guard, shares, realm }: Declaration,
  secrets: boolean,
): Promise<string> {
  const guards = shares.filter(({ servedElsewhere }) => servedElsewhere);
  const paths = guards.map(({ path }) => path);
  const open = guards.filter(({ policy }) => policy.isPublicSomewhere);
  const publicPaths = new Set<string>(open.map(({ path }) => path));
  if (!guard?.fastcgi || paths.length === 0) {
    throw new Failure('not-found', 'The declaration has no guard that Apache could ask about by "fastcgi".');
  }
  const { host, port, secretFile } = guard.fastcgi;
  const secret = await readSecret(secretFile, 'guard.fastcgi.secretFile');
  return apacheGuardConfig({ host, port, realm, secret: secrets ? secret : undefined, paths, publicPaths });
}

async function configurationOf(
  { path, policy, source, autoversioning = false }: SvnShare,
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
    publicReading: policy.isPublicSomewhere,
  });
}
