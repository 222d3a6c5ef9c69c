import { basename, dirname } from 'node:path';
import { errorInWords } from '../../../src/config/problems.js';
import { errorCode } from '../../../src/config/files.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { loadDeclaration } from '../../../src/config/load.js';
import { Failure, isFailure } from '../../../src/failure.js';
import { repositoriesIn } from '../../../src/svn/repositories/list-repositories.js';
import type { Repositories } from '../../../src/svn/repositories/repositories.js';
import type { Environment } from '../../environment.js';
import {
  defaultDeclaration,
  option,
  UsageError,
  type CommandValues,
  type Option,
  type Output,
} from '../command.js';

const shareOption = option('--share <PATH>', 'the path of the share, if there are several svn shares');
const configOption = option(
  '--config <FILE>',
  `the declaration of the shares (default: ${defaultDeclaration})`,
);

export const shareOptions: readonly Option<unknown>[] = [shareOption, configOption];

interface ShareRepository {
  readonly place: Repositories;
  readonly name: string;
  /** Its path on the server. */
  readonly url: string;
}

/**
 * The svn shares that the options select: at least one.
 * @throws DeclarationError; Failure `not-found`
 */
export function selectShares(values: CommandValues): readonly SvnShare[] {
  const file = values.option(configOption) ?? defaultDeclaration;
  const path = values.option(shareOption);
  const all = loadDeclaration(file).shares.filter((each): each is SvnShare => each.kind === 'svn');
  const shares = path === undefined ? all : all.filter((share) => share.path === path);
  if (shares.length > 0) return shares;
  throw new Failure(
    'not-found',
    path === undefined ? 'The declaration has no svn share.' : `There is no svn share at ${path}.`,
  );
}

/** The only share. @throws UsageError if there are several */
export function onlyShare(shares: readonly SvnShare[]): SvnShare {
  const [share, ...others] = shares;
  if (share && others.length === 0) return share;
  throw new UsageError('There are several svn shares: select one with --share PATH.');
}

/**
 * The repositories of the shares on this machine.
 * @param wanted selects the repositories with this name
 * @throws Failure `not-found` if none has that name
 */
export async function repositoriesOf(
  shares: readonly SvnShare[],
  environment: Environment,
  wanted?: string,
): Promise<readonly ShareRepository[]> {
  const all: ShareRepository[] = [];
  for (const share of shares) all.push(...(await repositoriesOfShare(share, environment)));
  if (wanted === undefined) return all;
  const named = all.filter(({ name }) => name === wanted);
  if (named.length === 0) throw new Failure('not-found', `There is no repository ${wanted}.`);
  return named;
}

async function repositoriesOfShare(
  { path, source }: SvnShare,
  environment: Environment,
): Promise<readonly ShareRepository[]> {
  switch (source.kind) {
    case 'upstream':
      return [];
    case 'repository': {
      const place = placeOf(dirname(source.folder), environment);
      return [{ place, name: basename(source.folder), url: path }];
    }
    case 'repositories': {
      const place = placeOf(source.folder, environment);
      const repositories = await repositoriesIn(source.folder);
      return repositories.map(({ name }) => ({ place, name, url: `${path}/${name}` }));
    }
  }
}

/** A folder of repositories, with the environment for Subversion's tools. */
export function placeOf(parent: string, { path, uid }: Environment): Repositories {
  return { parent, path, uid };
}

/** Runs `work` on one repository and prints the result. @returns the exit code */
export async function attempt(output: Output, url: string, work: () => Promise<string>): Promise<0 | 1> {
  try {
    output.out(`${url}: ${await work()}\n`);
    return 0;
  } catch (error) {
    // A system error, such as one about the backup folder, is reported for the repository too.
    if (!isFailure(error) && errorCode(error) === undefined) throw error;
    output.error(`${url}: ${errorInWords(error)}\n`);
    return 1;
  }
}

/** Runs `work` on each repository in turn, and continues after a failure. @returns the exit code */
export async function attemptEach(
  output: Output,
  repositories: readonly ShareRepository[],
  work: (repository: ShareRepository) => Promise<string>,
): Promise<0 | 1> {
  let code: 0 | 1 = 0;
  for (const repository of repositories) {
    if ((await attempt(output, repository.url, () => work(repository))) === 1) code = 1;
  }
  return code;
}
