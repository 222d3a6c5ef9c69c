import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RuntimeUser, runtimeUser } from '../../src/svn/apache/runtime-user.js';
import { run } from '../clients/helpers/programs.js';
import type { SubversionSource } from './source.js';

/** A copy of the suite for one server, laid out as a built source tree. */
export interface WorkFolder {
  /** Absolute; the folder that stands for the source tree's root. */
  readonly folder: string;
  /** Where the suite must be run. */
  readonly tests: string;
  /** Where the suite makes its repositories and its path rules. */
  readonly served: string;
  /** Whom the suite and the servers run as when this is run by root, as Apache refuses to serve as root. */
  readonly user: RuntimeUser | undefined;
  readonly dispose: () => Promise<void>;
}

/** Folders below `served` with repositories of the tests, and with those that they are copies of. */
const repositoryFolders = ['repositories', 'local_tmp'] as const;

/** The distribution's own, which the user whom the suite runs as can reach. */
export const python = '/usr/bin/python3';

/** Programs that the suite does not look for among the others. */
const links: Readonly<Record<string, string>> = {
  'bin/python': python,
  'subversion/svnfsfs/svnfsfs': '/usr/bin/svnfsfs',
  'tools/server-side/svnauthz': '/usr/bin/svnauthz',
  'tools/server-side/svnauthz-validate': '/usr/bin/svnauthz',
};

/**
 * Makes one.
 * @param helpers the folder with the compiled helper programs
 */
export async function makeWorkFolder(source: SubversionSource, helpers: string): Promise<WorkFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'davgate-suite-'));
  await chmod(folder, 0o755);
  const tests = join(folder, 'subversion/tests/cmdline');
  const served = join(tests, 'svn-test-work');
  await cp(helpers, folder, { recursive: true });
  await cp(join(source.folder, 'subversion/tests/cmdline'), tests, { recursive: true });
  // The suite reads the format of working copies from there.
  const header = 'subversion/libsvn_wc/wc.h';
  await cp(join(source.folder, header), join(folder, header));
  for (const [place, program] of Object.entries(links)) {
    await mkdir(dirname(join(folder, place)), { recursive: true });
    await symlink(program, join(folder, place));
  }
  for (const name of repositoryFolders) await mkdir(join(served, name), { recursive: true });
  await writeFile(join(served, 'authz'), '[/]\n* = rw\n');
  const user = process.geteuid?.() === 0 ? runtimeUser([], await readFile('/etc/passwd', 'utf8')) : undefined;
  if (user) await run('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  return {
    folder,
    tests,
    served,
    user,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
