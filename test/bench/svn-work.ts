import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../clients/helpers/programs.js';
import { median } from './measuring.js';

const folders = 30;
export const filesEach = 100;
export const files = folders * filesEach;

/** A working copy of a repository with a tree of 3,000 files. */
export interface Copy {
  readonly url: string;
  /** Absolute folder of a working copy. */
  readonly folder: string;
  readonly work: string;
}

let texts = 0;

interface SvnCommand {
  prepare?(copy: Copy): Promise<unknown>;
  /** @returns the seconds that the server and svn took */
  act(copy: Copy): Promise<number>;
  tidy?(copy: Copy): Promise<void>;
}

const removeFetched = ({ work }: Copy): Promise<void> => rm(join(work, 'out'), { recursive: true });

const svnCommands = {
  checkout: {
    act: ({ url, work }: Copy) => timed(work, 'checkout', '-q', url, join(work, 'out')),
    tidy: removeFetched,
  },
  export: {
    act: ({ url, work }: Copy) => timed(work, 'export', '-q', url, join(work, 'out')),
    tidy: removeFetched,
  },
  commit: {
    prepare: ({ folder }: Copy) => {
      texts += 1;
      return writeFiles(folder, `text ${texts}`);
    },
    act: ({ folder, work }: Copy) => timed(work, 'commit', '-q', '-m', `All files, ${texts}`, folder),
  },
  update: {
    prepare: ({ folder, work }: Copy) => timed(work, 'update', '-q', '-r', '1', folder),
    act: ({ folder, work }: Copy) => timed(work, 'update', '-q', folder),
  },
  log: {
    /** The median of {@link logs}, since one is soon over. */
    act: async ({ url, work }: Copy) => {
      const taken: number[] = [];
      for (let time = 0; time < logs; time += 1) taken.push(await timed(work, 'log', '-v', '-q', url));
      return median(taken);
    },
  },
} as const satisfies Readonly<Record<SvnCommandName, SvnCommand>>;

export const svnCommandNames = ['checkout', 'export', 'commit', 'update', 'log'] as const;

export type SvnCommandName = (typeof svnCommandNames)[number];

/** How many logs are fetched for one figure. */
export const logs = 5;

/**
 * Does what a command needs, the command, and tidies up.
 * @param around called with the command alone, which it must run once
 * @returns the seconds that the server and svn took
 */
export async function svnMeasurement(
  name: SvnCommandName,
  copy: Copy,
  around: (command: () => Promise<number>) => Promise<number> = (command) => command(),
): Promise<number> {
  const command: SvnCommand = svnCommands[name];
  await command.prepare?.(copy);
  const seconds = await around(() => command.act(copy));
  await command.tidy?.(copy);
  return seconds;
}

async function timed(work: string, ...args: readonly string[]): Promise<number> {
  const login = ['--username', 'alice', '--password', 'alice-demo'];
  const options = ['--non-interactive', '--no-auth-cache', '--config-dir', join(work, 'config'), ...login];
  const begun = performance.now();
  await run('svn', [...args, ...options]);
  return (performance.now() - begun) / 1000;
}

export async function makeRepository(repository: string): Promise<void> {
  await run('svnadmin', ['create', repository]);
  await giveToApache(repository);
}

/** Makes a repository that of the user whose the sample's is. */
export async function giveToApache(repository: string): Promise<void> {
  const { uid, gid } = await stat(join(repository, '..', 'sample', 'db'));
  await run('chown', ['-R', `${uid}:${gid}`, repository]);
}

export async function workingCopy(url: string, name: string, work: string): Promise<Copy> {
  const tree = join(work, `tree of ${name}`);
  for (let folder = 0; folder < folders; folder += 1)
    await mkdir(join(tree, String(folder)), { recursive: true });
  await writeFiles(tree, 'text');
  await timed(work, 'import', '-q', '-m', 'A tree', tree, url);
  const folder = join(work, name);
  await timed(work, 'checkout', '-q', url, folder);
  return { url, folder, work };
}

async function writeFiles(tree: string, text: string): Promise<void> {
  for (let folder = 0; folder < folders; folder += 1) {
    for (let file = 0; file < filesEach; file += 1) {
      const line = `${text} of file ${folder}/${file}\n`;
      await writeFile(join(tree, String(folder), `${file}.txt`), line.repeat(60 + file));
    }
  }
}
