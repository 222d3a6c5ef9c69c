import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.js';
import { returnToOwner } from './repositories.js';
import { runAdmin } from './svnadmin.js';

/** What it takes to work on repositories of this machine. */
export interface Caller {
  /** PATH. */
  readonly path: string;
  /** The caller's effective user id; undefined where the system has none. */
  readonly uid: number | undefined;
}

/**
 * Whether a commit has put its revision in place and not counted it (libsvn_fs_fs/transaction.c, commit_body). For a
 * moment that is so with every commit; it stays so where the process was killed just then, and from then on svn refuses
 * all commits, since it cannot write the revision's properties a second time.
 * @param repository an absolute path
 */
export async function hasUncountedRevision(repository: string): Promise<boolean> {
  try {
    const database = join(repository, 'db');
    if ((await readFile(join(database, 'fs-type'), 'utf8')).trim() !== 'fsfs') return false;
    const [youngest = ''] = (await readFile(join(database, 'current'), 'utf8')).split(/\s/, 1);
    const next = Number(youngest) + 1;
    const size = /^layout sharded (\d+)$/m.exec(await readFile(join(database, 'format'), 'utf8'))?.[1];
    const shard = size === undefined ? [] : [String(Math.floor(next / Number(size)))];
    await access(join(database, 'revprops', ...shard, String(next)));
    return true;
  } catch {
    return false;
  }
}

/**
 * Has svn count such a revision (svnadmin recover), which waits for a commit that is still under way.
 * @returns whether there was one
 * @throws Failure `internal` with svnadmin's complaint; `unavailable` where it is not installed
 */
export async function recoverInterruptedCommit(repository: string, { path, uid }: Caller): Promise<boolean> {
  if (!(await hasUncountedRevision(repository))) return false;
  const outcome = await runAdmin('svnadmin', ['recover', repository], path);
  await returnToOwner(uid, repository);
  if (!outcome.done) throw new Failure('internal', outcome.complaint);
  return true;
}
