import { constants } from 'node:fs';
import { lstat, open, readdir, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';
import { closedTo } from '../apache/folder-access.js';
import { type RuntimeUser, runtimeUser } from '../apache/runtime-user.js';
import { type AdminOutcome, runAdmin } from './svnadmin.js';

/** What it takes to work on repositories of this machine. */
export interface Caller {
  /** PATH. */
  readonly path: string;
  /** The caller's effective user id; undefined where the system has none. */
  readonly uid: number | undefined;
}

const passwdFile = '/etc/passwd';
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Runs one of Subversion's programs on a repository. Root does it as the user to whom the repository belongs: whatever
 * that user links to, or puts in the place of a file meanwhile, is reached with no more rights than theirs, and what is
 * made belongs to them. SQLite resolves paths by itself, so this needs the way to the repository to be open to them.
 * Where it is not, root does it, unless links that are not root's lead elsewhere, and gives back what was made.
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
 * To whom a repository belongs: the owner of its folder, of its database's or of what is in that, without following a
 * link; a web server's user where all is root's and others may write in it. Undefined: root alone has to do with it.
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

/** A folder that was given to a user may have kept root's group, which is not theirs. */
function unprivileged({ uid, gid, name }: RuntimeUser): RuntimeUser {
  return { uid, gid: gid === 0 ? uid : gid, name };
}

/**
 * Refuses what leads out of a repository's database, or stands in two places. Root's own links may.
 * @param depth whether to look below the database's own folder, too
 * @throws Failure `conflict`
 */
export async function refuseLinks(repository: string, depth: 'shallow' | 'deep' = 'shallow'): Promise<void> {
  const refuse = async (path: string): Promise<boolean> => {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return false;
    const plain = found.isDirectory() || (found.isFile() && found.nlink === 1);
    if (plain || (found.isSymbolicLink() && found.uid === 0)) return found.isDirectory();
    const owner = `run this as the user who owns it (uid ${found.uid}) to follow it all the same`;
    throw new Failure('conflict', `${path} is a link, or no file, and root does not follow it: ${owner}.`);
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

/** Gives what root has made in the database to its owner: files of one name alone, by what was opened and no link. */
async function giveBack(repository: string, { uid, gid }: RuntimeUser): Promise<void> {
  const database = await openOwn(join(repository, 'db'), O_DIRECTORY);
  if (database === undefined) return;
  try {
    // A path through the open folder, so that nobody can put another one in its place meanwhile.
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

/** What a commit of somebody else's has just removed needs no owner; nor does what is a link. */
function openOwn(path: string, more = 0): Promise<FileHandle | undefined> {
  return open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | more).catch(() => undefined);
}
