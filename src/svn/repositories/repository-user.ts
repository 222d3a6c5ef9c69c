import { constants } from 'node:fs';
import { lstat, open, readdir, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';
import { closedTo } from '../apache/folder-access.js';
import { type RuntimeUser, runtimeUser } from '../apache/runtime-user.js';
import { type AdminOutcome, runAdmin } from './svnadmin.js';

export interface Caller {
  /** PATH. */
  readonly path: string;
  /** The caller's effective user id; undefined if the system has none. */
  readonly uid: number | undefined;
}

const passwdFile = '/etc/passwd';
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Runs one of Subversion's programs on a repository. Root runs it as the user who owns the repository: whatever that
 * user links to, or substitutes for a file in the meantime, is then accessed with that user's rights only, and new
 * files belong to them. SQLite resolves paths itself, so this requires that the user can reach the repository. If they
 * cannot, the program runs as root, unless links that are not root's lead elsewhere, and the new files are then given
 * to the user.
 * @param repository an absolute path
 * @throws Failure `conflict` for such a link; as {@link runAdmin}
 */
export async function runOn(
  repository: string,
  { path, uid }: Caller,
  program: 'svnadmin' | 'svnlook',
  args: readonly string[],
): Promise<AdminOutcome> {
  const user = uid === 0 ? await userOf(repository) : undefined;
  if (user === undefined || (await closedTo(user, repository, 'list')) === undefined) {
    return runAdmin(program, args, { path, user });
  }
  await refuseLinks(repository);
  try {
    return await runAdmin(program, args, { path });
  } finally {
    await giveBack(repository, user);
  }
}

/**
 * The user who owns a repository: the owner of its folder, of its database's folder or of something in that, without
 * following links; a web server's user if everything belongs to root but others may write in it. Undefined if only
 * root uses it.
 */
async function userOf(repository: string): Promise<RuntimeUser | undefined> {
  const database = join(repository, 'db');
  const names = await readdir(database).catch(() => []);
  let open: { readonly gid: number } | undefined;
  for (const path of [repository, database, ...names.map((name) => join(database, name))]) {
    const found = await lstat(path).catch(() => undefined);
    if (found && found.uid !== 0)
      return unprivileged(runtimeUser([found], await readFile(passwdFile, 'utf8')));
    if (found?.isDirectory() === true && (found.mode & 0o022) !== 0) open ??= found;
  }
  if (open === undefined) return undefined;
  const { uid, gid, name } = runtimeUser([], await readFile(passwdFile, 'utf8'));
  return { uid, gid: open.gid === 0 ? gid : open.gid, name };
}

/** A folder that was given to a user may still have root's group, which the user does not belong to. */
function unprivileged({ uid, gid, name }: RuntimeUser): RuntimeUser {
  return { uid, gid: gid === 0 ? uid : gid, name };
}

/**
 * Refuses links that lead out of a repository's database, and files with several hard links. Root's own links are
 * allowed.
 * @param depth whether to look below the database's own folder, too
 * @throws Failure `conflict`
 */
export async function refuseLinks(repository: string, depth: 'shallow' | 'deep' = 'shallow'): Promise<void> {
  const refuse = async (path: string): Promise<boolean> => {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return false;
    const plain = found.isDirectory() || (found.isFile() && found.nlink === 1);
    if (plain || (found.isSymbolicLink() && found.uid === 0)) return found.isDirectory();
    const owner = `to follow it, run this as its owner (uid ${found.uid})`;
    throw new Failure(
      'conflict',
      `${path} is a link or not a regular file, and root does not follow it; ${owner}.`,
    );
  };
  const walk = async (folder: string): Promise<void> => {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      if ((await refuse(path)) && depth === 'deep') await walk(path);
    }
  };
  await refuse(repository);
  for (const name of ['format', 'locks', 'conf', 'hooks', 'db']) await refuse(join(repository, name));
  await walk(join(repository, 'db'));
}

/**
 * Gives what root has created in the database to its owner: only files with one name, through open descriptors, never
 * through links.
 */
async function giveBack(repository: string, { uid, gid }: RuntimeUser): Promise<void> {
  const database = await openOwn(join(repository, 'db'), O_DIRECTORY);
  if (database === undefined) return;
  try {
    // A path through the open folder, so that nobody can substitute another folder in the meantime.
    const inside = `/proc/self/fd/${database.fd}`;
    for (const name of await readdir(inside).catch(() => [])) {
      const file = await openOwn(join(inside, name));
      if (file === undefined) continue;
      try {
        const found = await file.stat();
        if (found.isFile() && found.uid === 0 && found.nlink === 1) await file.chown(uid, gid);
      } finally {
        await file.close();
      }
    }
  } finally {
    await database.close();
  }
}

/** A file that another commit has just removed needs no owner, and neither does a link. */
function openOwn(path: string, more = 0): Promise<FileHandle | undefined> {
  return open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | more).catch(() => undefined);
}
