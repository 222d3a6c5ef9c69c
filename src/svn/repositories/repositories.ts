import { constants } from 'node:fs';
import {
  type FileHandle,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
} from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Failure, isFailure } from '../../failure.js';
import { closedTo } from '../apache/folder-access.js';
import type { RepositoryName } from './repository-name.js';
import { type Caller, refuseLinks, runOn } from './repository-user.js';
import { type Owner, runtimeUser } from '../apache/runtime-user.js';
import { type AdminOutcome, inheritedDescriptor, runAdmin } from './svnadmin.js';

/** The folder of repositories of one share, and what a command needs to work on it. */
export interface Repositories extends Caller {
  /** Absolute. */
  readonly parent: string;
}

/** Arguments: where to create the repository, and where to move it. */
const makeAndMove =
  'rm -rf -- "$1" && svnadmin create "$1" && test ! -e "$2" && mv -- "$1" "$2" || { rm -rf -- "$1"; exit 1; }';

/** How this process, or a child that inherits it, reaches an open folder; available on Linux only. */
const ownDescriptors = '/proc/self/fd';

/**
 * Creates a repository that Apache's user can write to; it appears whole or not at all. Root works as that user
 * wherever they may write in the folder of repositories, because they could put links there. If only root may write
 * there, root creates the repository in a place closed to others and then gives it away.
 * @throws Failure `conflict`, also if others than root and that user may write in the folder; `internal` with
 *   svnadmin's error message; `unavailable`
 */
export async function createRepository(place: Repositories, name: RepositoryName): Promise<void> {
  const { parent, path, uid } = place;
  if (await exists(join(parent, name)))
    throw new Failure('conflict', `A repository or file named ${name} already exists.`);
  try {
    if (uid === 0) await createAsRoot(place, name);
    else await createIn(parent, name, (making) => runAdmin('svnadmin', ['create', making], { path }));
  } catch (cause) {
    if (isFailure(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('unavailable', `The repository could not be created in ${parent}: ${reason}.`, {
      cause,
    });
  }
}

async function createAsRoot({ parent, path }: Repositories, name: RepositoryName): Promise<void> {
  await using folder = await open(parent, constants.O_RDONLY | constants.O_DIRECTORY);
  const { uid, gid, mode } = await folder.stat();
  // A folder that was given to a user may still have root's group, which the user does not belong to.
  const owner = { uid, gid: gid === 0 ? uid : gid };
  const user = runtimeUser([owner], await readFile('/etc/passwd', 'utf8'));
  const asUser = async (within: string, inherit?: FileHandle): Promise<void> => {
    const args = ['-c', makeAndMove, 'create', join(within, `.${name}.new`), join(within, name)];
    must(await runAdmin('/bin/sh', args, { path, user, inherit: inherit?.fd }));
  };
  if ((await closedTo(user, parent, 'write')) === undefined) {
    await asUser(parent);
    return;
  }
  // The folder's owner cannot reach the folder, or can change the path to it: use the opened folder, which is the one
  // that was checked.
  const isReached = await exists(`${ownDescriptors}/${folder.fd}`);
  if (uid !== 0) {
    await (isReached ? asUser(`${ownDescriptors}/${inheritedDescriptor}`, folder) : asUser(parent));
    return;
  }
  if ((mode & 0o022) !== 0 && (mode & 0o1000) === 0) {
    throw new Failure(
      'conflict',
      `Users other than root may write in ${parent} and could put links there. Remove their write permission (chmod go-w), ` +
        `or give the folder to Apache\u2019s user (chown ${user.name}).`,
    );
  }
  const [own, child] = isReached
    ? [`${ownDescriptors}/${folder.fd}`, `${ownDescriptors}/${inheritedDescriptor}`]
    : [parent, parent];
  await createIn(own, name, async (making) => {
    const inherit = isReached ? folder.fd : undefined;
    const made = await runAdmin('svnadmin', ['create', join(child, relative(own, making))], {
      path,
      inherit,
    });
    if (made.done) await giveTree(making, user);
    return made;
  });
}

/** Creates a repository in a folder closed to everyone else, and moves it to its place. */
async function createIn(
  parent: string,
  name: RepositoryName,
  make: (making: string) => Promise<AdminOutcome>,
): Promise<void> {
  const closed = await mkdtemp(join(parent, '.davgate-'));
  try {
    const making = join(closed, 'repository');
    must(await make(making));
    await rename(making, join(parent, name));
  } finally {
    await rm(closed, { recursive: true, force: true });
  }
}

/** Reads every revision (svnadmin verify). @returns what is wrong, in svnadmin's words; undefined if nothing is */
export async function verifyRepository(place: Repositories, name: string): Promise<string | undefined> {
  const folder = join(place.parent, name);
  const outcome = await runOn(folder, place, 'svnadmin', ['verify', '-q', folder]);
  return outcome.done ? undefined : outcome.complaint;
}

/**
 * Copies a repository while it is in use (svnadmin hotcopy --incremental). A first copy appears whole or not at all;
 * in a later one each revision is complete before the copy counts it. The copy belongs to the caller; if the caller is
 * root, only root can read it, because root reads whatever the repository's owner has put into it.
 * @param destination an absolute folder; created if missing
 * @returns the youngest revision of the copy
 * @throws Failure `conflict` if root is the caller and the repository contains a link that is not root's; `internal`
 *   with svnadmin's error message; `unavailable`
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
    throw new Failure('conflict', 'The backup folder must be outside the folder of the repositories.');
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

/** Gives a folder away after its content, so that its owner cannot put a link into it in the meantime. */
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
