import { chown, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Failure } from '../failure.js';
import type { RepositoryName } from './repository-name.js';
import { type Owner, runtimeUser } from './runtime-user.js';
import { type AdminOutcome, runAdmin } from './svnadmin.js';

/** The folder of repositories of one share, and what a command needs to work on it. */
export interface Repositories {
  /** Absolute. */
  readonly parent: string;
  /** PATH. */
  readonly path: string;
  /** The caller's effective user id; undefined where the system has none. */
  readonly uid: number | undefined;
}

/**
 * Makes a repository that Apache's user can write; it appears whole or not at all.
 * @throws Failure `conflict`, `internal` with svnadmin's complaint, `unavailable`
 */
export async function createRepository(place: Repositories, name: RepositoryName): Promise<void> {
  const final = join(place.parent, name);
  if (await exists(final)) throw new Failure('conflict', `There is a ${name} already.`);
  const making = join(place.parent, `.${name}.new`);
  await rm(making, { recursive: true, force: true });
  try {
    must(await runAdmin('svnadmin', ['create', making], place.path));
    const owner = await ownerFor(place);
    if (owner) await giveTree(making, owner);
    await rename(making, final);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Reads every revision (svnadmin verify). @returns what is wrong, in svnadmin's words; undefined: nothing */
export async function verifyRepository(place: Repositories, name: string): Promise<string | undefined> {
  const folder = join(place.parent, name);
  const outcome = await runAdmin('svnadmin', ['verify', '-q', folder], place.path);
  await returnToOwner(place.uid, folder);
  return outcome.done ? undefined : outcome.complaint;
}

/**
 * Copies a repository while it is in use (svnadmin hotcopy --incremental). A first copy appears whole or not at all;
 * in a later one each revision is whole before the copy counts it.
 * @param destination an absolute folder; made when missing
 * @returns the youngest revision of the copy
 * @throws Failure `internal` with svnadmin's complaint, `unavailable`
 */
export async function backUpRepository(
  place: Repositories,
  name: string,
  destination: string,
): Promise<number> {
  await mkdir(destination, { recursive: true });
  const [target, parent] = [await realpath(destination), await realpath(place.parent)];
  if (target === parent || target.startsWith(parent + sep)) {
    throw new Failure('conflict', 'A backup must lie outside of the repositories\u2019 own folder.');
  }
  const source = join(place.parent, name);
  const final = join(target, name);
  const copying = (await exists(final)) ? final : join(target, `.${name}.new`);
  must(await runAdmin('svnadmin', ['hotcopy', '-q', '--incremental', source, copying], place.path));
  await returnToOwner(place.uid, source);
  if (copying !== final) await rename(copying, final);
  const youngest = must(await runAdmin('svnlook', ['youngest', final], place.path));
  return Number(youngest);
}

function must(outcome: AdminOutcome): string {
  if (outcome.done) return outcome.out;
  throw new Failure('internal', outcome.complaint);
}

/** Whom new files must be given to; undefined where that is the caller or cannot be helped. */
async function ownerFor({ parent, uid }: Repositories): Promise<Owner | undefined> {
  return uid === 0 ? runtimeUser([await stat(parent)], await readFile('/etc/passwd', 'utf8')) : undefined;
}

/** Gives back what svnadmin, run by root, has made in the database: Apache's user could not write it (rep-cache.db). */
export async function returnToOwner(uid: number | undefined, repository: string): Promise<void> {
  if (uid !== 0) return;
  const database = join(repository, 'db');
  const owner = await stat(join(database, 'fs-type'));
  for (const name of await readdir(database)) {
    const file = join(database, name);
    const made = await lstat(file).catch(() => undefined);
    // What a commit of somebody else's has just removed needs no owner.
    if (made && made.uid !== owner.uid) await chown(file, owner.uid, owner.gid);
  }
}

async function giveTree(path: string, owner: Owner): Promise<void> {
  await chown(path, owner.uid, owner.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTree(join(path, name), owner);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
