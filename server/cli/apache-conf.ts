import { isAbsolute } from 'node:path';
import { parseArgs } from 'node:util';
import type { SvnShare } from '../../src/config/kinds/svn.js';
import { loadDeclaration } from '../../src/config/load.js';
import { externalConfig } from '../../src/svn/apache/apache-config.js';
import { addressOf } from '../../src/svn/upstream-address.js';
import { readSecret } from '../shares/svn/external.js';
import { answering, BadUsage } from './answering.js';
import type { Output } from './output.js';

const usage = 'usage: davgate apache-conf FILE SHARE --repositories FOLDER [--secrets]';

/**
 * `davgate apache-conf FILE SHARE --repositories FOLDER [--secrets]`: prints the configuration that the Apache behind
 * an svn share with `upstream` needs. The secret is left to Apache's environment unless asked for.
 * @returns the exit code; 2 where there is no such share
 */
export function apacheConf(args: readonly string[], output: Output): Promise<number> {
  return answering(output, async () => {
    const { file, path, repositories, secrets } = parse(args);
    const share = loadDeclaration(file).shares.find((candidate) => candidate.path === path);
    if (share?.kind !== 'svn') throw new BadUsage(`There is no svn share at "${path}".`);
    output.out(await configurationOf(share, repositories, secrets));
    return 0;
  });
}

async function configurationOf(
  { path, source, autoversioning = false }: SvnShare,
  parentPath: string,
  secrets: boolean,
): Promise<string> {
  if (source.kind !== 'upstream') {
    throw new BadUsage(`The share ${path} has no "upstream": davgate runs its Apache itself.`);
  }
  const secret = await readSecret(source.secretFile);
  return externalConfig({
    path,
    address: addressOf(source.origin, secret),
    secret: secrets ? secret : undefined,
    parentPath,
    authzFile: source.authzFile,
    autoversioning,
  });
}

function parse(args: readonly string[]): {
  readonly file: string;
  readonly path: string;
  readonly repositories: string;
  readonly secrets: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { repositories: { type: 'string' }, secrets: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [file, path, ...rest] = positionals;
    const { repositories, secrets } = values;
    if (file === undefined || path === undefined || rest.length > 0) throw new TypeError('not two');
    if (repositories === undefined || !isAbsolute(repositories)) throw new TypeError('no absolute folder');
    return { file, path, repositories, secrets };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BadUsage(usage);
  }
}
