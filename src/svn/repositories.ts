import { lchown, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Failure } from '../failure.js';
import { closedTo } from './folder-access.js';
import type { RepositoryName } from './repository-name.js';
import { type Caller, refuseLinks, runOn } from './repository-user.js';
import { type Owner, runtimeUser } from './runtime-user.js';
import { type AdminOutcome, runAdmin } from './svnadmin.js';

/** The folder of repositories of one share, and what a command needs to work on it. */
export interface Repositories extends Caller {
  /** Absolute. */
  readonly parent: string;
}

/** Arguments: where the repository is made, and where it then is. */
const makeAndMove =
  'rm -rf -- "$1" && svnadmin create "$1" && test ! -e "$2" && mv -- "$1" "$2" || { rm -rf -- "$1"; exit 1; }';

/**
 * Makes a repository that Apache's user can write; it appears whole or not at all. Where the folder of repositories is
 * that user's, who could put links into it, root works as that user.
 * @throws Failure `conflict`, `internal` with svnadmin's complaint, `unavailable`
 */
export async function createRepository(place: Repositories, name: RepositoryName): Promise<void> {
  const { parent, path, uid } = place;
  const final = join(parent, name);
  if (await exists(final)) throw new Failure('conflict', `There is a ${name} already.`);
  const making = join(parent, `.${name}.new`);
  const folder = await stat(parent);
  const user = uid === 0 ? runtimeUser([folder], await readFile('/etc/passwd', 'utf8')) : undefined;
  if (user?.uid === folder.uid && (await closedTo(user, parent, 'write')) === undefined) {
    must(await runAdmin('/bin/sh', ['-c', makeAndMove, 'create', making, final], { path, user }));
    return;
  }
  await rm(making, { recursive: true, force: true });
  try {
    await mkdir(making);
    must(await runAdmin('svnadmin', ['create', making], { path }));
    if (user) await giveTree(making, user);
    await rename(making, final);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Reads every revision (svnadmin verify). @returns what is wrong, in svnadmin's words; undefined: nothing */
export async function verifyRepository(place: Repositories, name: string): Promise<string | undefined> {
  const folder = join(place.parent, name);
  const outcome = await runOn(folder, place, 'svnadmin', ['verify', '-q', folder]);
  return outcome.done ? undefined : outcome.complaint;
}

/**
 * Copies a repository while it is in use (svnadmin hotcopy --incremental). A first copy appears whole or not at all;
 * in a later one each revision is whole before the copy counts it. The copy is the caller's; root's is read by root alone,
 * since root reads whatever the repository's owner has put into it.
 * @param destination an absolute folder; made when missing
 * @returns the youngest revision of the copy
 * @throws Failure `conflict` for a link in the repository that is not root's, where root asks; `internal` with svnadmin's
 *   complaint, `unavailable`
 */
export async function backUpRepository(
  place: Repositories,
  name: string,
  destination: string,
): Promise<number> {
  const { path } = place;
  const isRoot = place.uid === 0;
  await mkdir(destination, { recursive: true, ...(isRoot && { mode: 0o700 }) });
  const [target, parent] = [await realpath(destination), await realpath(place.parent)];
  if (target === parent || target.startsWith(parent + sep)) {
    throw new Failure('conflict', 'A backup must lie outside of the repositories\u2019 own folder.');
  }
  const source = join(place.parent, name);
  if (isRoot) await refuseLinks(source, 'deep');
  const final = join(target, name);
  const copying = (await exists(final)) ? final : join(target, `.${name}.new`);
  const hotcopy = ['hotcopy', '-q', '--incremental', source, copying];
  must(await runAdmin('svnadmin', hotcopy, { path, secret: isRoot }));
  if (copying !== final) await rename(copying, final);
  return Number(must(await runAdmin('svnlook', ['youngest', final], { path })));
}

function must(outcome: AdminOutcome): string {
  if (outcome.done) return outcome.out;
  throw new Failure('internal', outcome.complaint);
}

/** Gives a folder away last, so that its owner cannot put a link into it meanwhile. */
async function giveTree(path: string, owner: Owner): Promise<void> {
  if ((await lstat(path)).isDirectory()) {
    for (const name of await readdir(path)) await giveTree(join(path, name), owner);
  }
  await lchown(path, owner.uid, owner.gid);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
