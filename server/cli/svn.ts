import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SvnShare } from '../../src/config/kinds/svn.js';
import { errorCode } from '../../src/config/files.js';
import { loadDeclaration } from '../../src/config/load.js';
import { Failure, isFailure } from '../../src/failure.js';
import {
  backUpRepository,
  createRepository,
  type Repositories,
  verifyRepository,
} from '../../src/svn/repositories/repositories.js';
import { repositoriesIn } from '../../src/svn/repositories/list-repositories.js';
import {
  faultOfName,
  isRepositoryName,
  type RepositoryName,
} from '../../src/svn/repositories/repository-name.js';
import type { Environment } from '../environment.js';
import { errorInWords } from '../../src/config/error-in-words.js';
import { answering, BadUsage } from './answering.js';
import type { Output } from './output.js';

const usage =
  'usage: davgate svn create NAME | list | verify [NAME] | backup DESTINATION [NAME] [--share PATH] [--config FILE]';

interface Task {
  readonly shares: readonly SvnShare[];
  /** What follows the command's name. */
  readonly words: readonly string[];
  readonly environment: Pick<Environment, 'path' | 'uid'>;
  readonly output: Output;
}

/** One repository of a share. */
interface Held {
  readonly place: Repositories;
  readonly name: string;
  /** Its path on the server. */
  readonly url: string;
}

/**
 * `davgate svn …`: makes, lists, verifies and copies the repositories of the svn shares.
 * @returns the exit code: 0; 1 where something went wrong with a repository; 2 for what cannot be understood
 */
export function svn(
  args: readonly string[],
  output: Output,
  environment: Pick<Environment, 'path' | 'uid'>,
): Promise<number> {
  return answering(output, async () => {
    const { command, words, share, file } = parse(args);
    const declared = loadDeclaration(file).shares.filter((each): each is SvnShare => each.kind === 'svn');
    const shares = share === undefined ? declared : declared.filter(({ path }) => path === share);
    if (shares.length === 0) {
      throw new BadUsage(
        share === undefined ? 'There is no svn share.' : `There is no svn share at ${share}.`,
      );
    }
    return command({ shares, words, environment, output });
  });
}

function parse(args: readonly string[]): {
  readonly command: (task: Task) => Promise<number>;
  readonly words: readonly string[];
  readonly share: string | undefined;
  readonly file: string;
} {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { share: { type: 'string' }, config: { type: 'string' } },
    });
    const [name = '', ...words] = positionals;
    const command = commands.get(name);
    const [least, most] = wordCounts.get(name) ?? [0, 0];
    if (command && words.length >= least && words.length <= most) {
      return { command, words, share: values.share, file: values.config ?? 'shares.json' };
    }
  } catch {
    // Node's own words about options say no more than the usage does.
  }
  throw new BadUsage(usage);
}

const commands: ReadonlyMap<string, (task: Task) => Promise<number>> = new Map([
  ['create', create],
  ['list', list],
  ['verify', verify],
  ['backup', backup],
]);
const wordCounts: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ['create', [1, 1]],
  ['list', [0, 0]],
  ['verify', [0, 1]],
  ['backup', [1, 2]],
]);

async function create(task: Task): Promise<number> {
  const { path, source } = theOne(task.shares);
  const name = nameOf(task.words[0]);
  if (source.kind !== 'repositories') throw new BadUsage(`${path} has no folder of repositories here.`);
  return attempt(task, `${path}/${name}`, async () => {
    await createRepository(placeOf(source.folder, task), name);
    return 'created';
  });
}

async function list(task: Task): Promise<number> {
  for (const { url } of await held(task, undefined)) task.output.out(`${url}\n`);
  return 0;
}

async function verify(task: Task): Promise<number> {
  let code = 0;
  for (const { place, name, url } of await held(task, task.words[0])) {
    const said = await attempt(task, url, async () => {
      const fault = await verifyRepository(place, name);
      if (fault !== undefined) throw new Failure('internal', fault);
      return 'whole';
    });
    code = Math.max(code, said);
  }
  return code;
}

async function backup(task: Task): Promise<number> {
  theOne(task.shares);
  const [destination = '', wanted] = task.words;
  let code = 0;
  for (const { place, name, url } of await held(task, wanted)) {
    const said = await attempt(task, url, async () => {
      const youngest = await backUpRepository(place, name, resolve(destination));
      return `copied, up to revision ${youngest}`;
    });
    code = Math.max(code, said);
  }
  return code;
}

/** Does one thing to one repository and says how it went. @returns the exit code */
async function attempt({ output }: Task, url: string, work: () => Promise<string>): Promise<number> {
  try {
    output.out(`${url}: ${await work()}\n`);
    return 0;
  } catch (error) {
    // What the system refuses, such as a backup's folder, is said of the repository as well.
    if (!isFailure(error) && errorCode(error) === undefined) throw error;
    output.error(`${url}: ${errorInWords(error)}\n`);
    return 1;
  }
}

/** The repositories of the shares on this machine, or the one that is named. */
async function held(task: Task, wanted: string | undefined): Promise<Held[]> {
  const found: Held[] = [];
  for (const share of task.shares) found.push(...(await heldBy(share, task)));
  const asked = wanted === undefined ? found : found.filter(({ name }) => name === wanted);
  if (wanted !== undefined && asked.length === 0) throw new BadUsage(`There is no repository ${wanted}.`);
  return asked;
}

async function heldBy({ path, source }: SvnShare, task: Task): Promise<Held[]> {
  switch (source.kind) {
    case 'upstream':
      return [];
    case 'repository':
      return [{ place: placeOf(dirname(source.folder), task), name: basename(source.folder), url: path }];
    case 'repositories': {
      const place = placeOf(source.folder, task);
      return (await repositoriesIn(source.folder)).map(({ name }) => ({
        place,
        name,
        url: `${path}/${name}`,
      }));
    }
  }
}

function placeOf(parent: string, { environment }: Task): Repositories {
  return { parent, path: environment.path, uid: environment.uid };
}

function theOne(shares: readonly SvnShare[]): SvnShare {
  const [share, ...others] = shares;
  if (share && others.length === 0) return share;
  throw new BadUsage('There are several svn shares: name one with --share PATH.');
}

function nameOf(name = ''): RepositoryName {
  if (isRepositoryName(name)) return name;
  throw new BadUsage(faultOfName(name) ?? usage);
}
