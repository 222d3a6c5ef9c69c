import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../until.js';

const run = promisify(execFile);

const here = new URL('../../../../test/helpers/hanging/', import.meta.url).pathname;

/** The calls that hang, as FUSE names them. */
type Calls = 'all' | 'read' | 'write' | 'fsync' | 'rename';

/** A folder on a disk that hangs on command. */
export interface HangingDisk {
  readonly folder: string;
  /** The same files, on a disk that does not hang. */
  readonly behind: string;
  /** For processes whose calls are to hang; davgate hands on what begins with LD_. */
  readonly variables: Readonly<Record<string, string>>;
  /** From now on these calls wait. */
  hang(calls?: Calls): Promise<void>;
  /** Resolves when a call waits. */
  waits(): Promise<void>;
  /** All calls go on. */
  answer(): Promise<void>;
  remove(): Promise<void>;
}

/** A way to have a disk that hangs. */
export interface HangingKind {
  readonly name: string;
  make(): Promise<HangingDisk>;
}

class Setting implements Omit<HangingDisk, 'variables' | 'folder'> {
  readonly behind: string;
  readonly control: string;
  readonly #work: string;

  constructor(work: string) {
    this.#work = work;
    this.behind = join(work, 'behind');
    this.control = join(work, 'control');
  }

  static async make(): Promise<Setting> {
    const setting = new Setting(await realpath(await mkdtemp(join(tmpdir(), 'davgate-hang-'))));
    await mkdir(setting.behind);
    await mkdir(setting.control);
    return setting;
  }

  hang = async (calls: Calls = 'all'): Promise<void> => {
    await rm(join(this.control, 'hanging'), { force: true });
    await writeFile(join(this.control, 'new'), calls);
    await rename(join(this.control, 'new'), join(this.control, 'hang'));
  };

  waits = (): Promise<void> =>
    until(() => existsSync(join(this.control, 'hanging')), 'a call waits for the disk');

  answer = (): Promise<void> => rm(join(this.control, 'hang'), { force: true });

  remove = async (): Promise<void> => {
    await this.answer();
    await rm(this.#work, { recursive: true, force: true });
  };
}

/** Calls wait in the kernel, as for a network file system. */
const byFuse: HangingKind = {
  name: 'FUSE',
  make: async () => {
    const setting = await Setting.make();
    const folder = `${setting.control}-mounted`;
    await mkdir(folder);
    const local = (await statfs(folder)).type;
    const child = spawn(
      '/usr/bin/python3',
      [join(here, 'fuse.py'), setting.behind, folder, setting.control],
      {
        stdio: 'ignore',
      },
    );
    const ended = once(child, 'exit');
    const remove = async (): Promise<void> => {
      await setting.answer();
      await run('umount', ['--lazy', folder]).catch(() => undefined);
      child.kill('SIGKILL');
      await ended;
      await setting.remove();
    };
    try {
      await until(async () => {
        assert.equal(child.exitCode, null, 'FUSE cannot be mounted.');
        return (await statfs(folder)).type !== local;
      }, 'FUSE is mounted');
    } catch (error) {
      await remove();
      throw error;
    }
    const { behind, hang, waits, answer } = setting;
    return { folder, behind, variables: {}, hang, waits, answer, remove };
  },
};

/** Calls wait in a library that is preloaded. */
const byLibrary: HangingKind = {
  name: 'a preloaded library',
  make: async () => {
    const setting = await Setting.make();
    const library = join(setting.control, 'calls.so');
    await run('gcc', ['-shared', '-fPIC', '-o', library, join(here, 'calls.c'), '-ldl']);
    const { behind: folder, control, hang, waits, answer, remove } = setting;
    const variables = { LD_PRELOAD: library, LD_HANGING_FOLDER: folder, LD_HANGING_CONTROL: control };
    return { folder, behind: folder, variables, hang, waits, answer, remove };
  },
};

async function works(kind: HangingKind): Promise<boolean> {
  try {
    const disk = await kind.make();
    await disk.remove();
    return true;
  } catch {
    return false;
  }
}

/** The ways that this machine has: FUSE needs root and the device, the library a compiler. */
export const hangingKinds: readonly HangingKind[] = (
  await Promise.all([byFuse, byLibrary].map(async (kind) => ((await works(kind)) ? [kind] : [])))
).flat();
