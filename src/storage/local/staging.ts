import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import { Failure } from '../../failure.js';
import type { ConfinedRoot } from './confined-root.js';
import { errnoOf } from './errno.js';
import type { Held } from './held.js';
import { readOrigin } from './origin.js';
import { below } from './place.js';
import { removeLocalTreeAtOnce } from './remove-local-tree.js';
import { putBack } from './put-back.js';
import { folderName, unfinishedName } from './reserved-names.js';

export { originText } from './origin.js';

/** A day without a byte: nobody is working any more on this upload from another host. */
const abandonedAfterMilliseconds = 24 * 60 * 60 * 1000;

/** Tells apart the unfinished files of several processes or hosts that write to one folder. */
export interface StagingOwner {
  readonly host: string;
  readonly pid: number;
  /** Whether a process of this host is running. */
  isAlive(pid: number): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Paths of this process's unfinished files: one set for all its storages, because several may use the same folder.
   */
  readonly unfinished: Set<string>;
}

/** A new name in a staging folder. Until `release` the folder is held and the name belongs to this process. */
export interface Staged {
  /** The path with which a system call reaches it. */
  readonly path: string;
  readonly name: string;
  readonly folder: Held;
  /** The folder that contains the staging folder. */
  readonly base: string;
  release(): void;
}

/**
 * Where files grow until they are complete, and where replaced content waits: a hidden folder in the share's root, so
 * that the last step is a rename on one file system. A folder mounted below the root gets its own. It is used only if
 * this process's user created it, because its content is moved into the share.
 */
export class Staging {
  readonly #root: ConfinedRoot;
  readonly #owner: StagingOwner;
  /** Folders known to belong to this user, by identity and owner. */
  readonly #own = new Set<string>();

  constructor(root: ConfinedRoot, owner: StagingOwner) {
    this.#root = root;
    this.#owner = owner;
  }

  /** A new name on the file system of `parent`. @throws Failure `unavailable` if the staging folder is not ours */
  newFile(parent: Held): Staged {
    using root = this.#root.hold();
    return this.newFileBeside(root?.stats().dev === parent.stats().dev ? root : parent);
  }

  /** A new name in `parent` itself, for cases in which a rename from elsewhere is refused, such as a bind mount. */
  newFileBeside(parent: Held): Staged {
    const folder = this.#folderIn(parent);
    const { host, pid, unfinished } = this.#owner;
    const name = `${encodeURIComponent(host)}.${pid}.${randomBytes(8).toString('hex')}`;
    const key = below(folder.real, name);
    unfinished.add(key);
    return {
      path: `${folder.path}/${name}`,
      name,
      folder,
      base: parent.real,
      release: () => {
        unfinished.delete(key);
        folder.close();
      },
    };
  }

  #folderIn(base: Held): Held {
    const path = `${base.path}/${folderName}`;
    // Another process may create it at the same time, or remove it before it contains a file.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const folder = this.#root.reach.hold(path, 'held');
      if (!folder) {
        make(path);
        continue;
      }
      try {
        if (this.#isOwn(folder)) return folder;
        throw new Failure(
          'unavailable',
          'The folder for unfinished uploads does not belong to this server.',
          {
            cause: new Error(
              `${below(base.real, folderName)} belongs to another user or is not a folder. Remove it.`,
            ),
          },
        );
      } catch (error) {
        folder.close();
        throw error;
      }
    }
    throw new Failure('unavailable', 'Another program keeps removing the folder for unfinished uploads.');
  }

  /** Whether a folder belongs to this process's user; if so, denies others access to it. */
  #isOwn(folder: Held): boolean {
    const stats = folder.stats();
    if (!stats.isDirectory()) return false;
    if (!this.#own.has(identityOf(stats))) {
      if (ownerOfNew(folder) !== stats.uid) return false;
      if (this.#own.size >= 1024) this.#own.clear();
      this.#own.add(identityOf(stats));
    }
    if (!isClosed(stats)) chmodSync(folder.path, 0o700);
    return true;
  }

  /**
   * Removes what ended processes left behind, and the folder itself if it is then empty. Puts back what such a process
   * set aside, unless its successor is already in its place.
   * @param base the folder that contains the staging folder; default: the share's root
   */
  sweep(base?: Held): void {
    if (base) this.#sweepIn(base);
    else {
      using root = this.#root.hold();
      if (root) this.#sweepIn(root);
    }
  }

  #sweepIn(base: Held): void {
    using folder = this.#root.reach.hold(`${base.path}/${folderName}`, 'held');
    if (!folder) return;
    const closed = isClosed(folder.stats());
    try {
      if (!this.#isOwn(folder)) return;
      this.#sweepOut(base, folder, closed);
    } catch (error) {
      if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'EROFS') return;
      throw error;
    }
    const made = `${folder.real}/`;
    // This process has just created it for a new file.
    if ([...this.#owner.unfinished].some((path) => path.startsWith(made))) return;
    try {
      rmdirSync(`${base.path}/${folderName}`);
    } catch {
      // Another process is writing: its folder stays.
    }
  }

  #sweepOut(base: Held, folder: Held, closed: boolean): void {
    const { uid } = folder.stats();
    const abandoned = readdirSync(folder.path).filter((name) => {
      const stats = lstatSync(`${folder.path}/${name}`, { throwIfNoEntry: false });
      // If others had write access, they may have written this.
      return stats && (closed || stats.uid === uid) && this.#isAbandoned(folder, name, stats);
    });
    const homeless = abandoned.filter(
      (name) => name.endsWith('.aside') && !this.#restore(base, folder, name),
    );
    for (const name of abandoned) {
      if (homeless.some((aside) => withoutPair(name) === withoutPair(aside))) continue;
      removeLocalTreeAtOnce(this.#root.reach, folder, name);
    }
  }

  /** @returns whether nothing is left to do */
  #restore(base: Held, folder: Held, aside: string): boolean {
    const origin = readOrigin(folder, aside.replace(/aside$/, 'origin'));
    if (origin === 'missing') return true;
    return origin !== 'not ours' && putBack(this.#root.reach, { base, folder, aside, origin });
  }

  #isAbandoned(folder: Held, name: string, stats: Stats): boolean {
    const owner = this.#owner;
    const [, host, pid, , pair] = unfinishedName.exec(name) ?? [];
    if (!stats.isFile() && pair !== '.aside') return false;
    if (owner.unfinished.has(below(folder.real, withoutPair(name)))) return false;
    if (host === encodeURIComponent(owner.host)) {
      if (Number(pid) === owner.pid || !owner.isAlive(Number(pid))) return true;
    }
    return owner.now() - stats.mtimeMs > abandonedAfterMilliseconds;
  }
}

function make(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/** The owner of a file that is created here; on some file systems it is not the user who creates it. */
function ownerOfNew(folder: Held): number {
  const path = `${folder.path}/owner.${randomBytes(8).toString('hex')}`;
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    return fstatSync(descriptor).uid;
  } finally {
    closeSync(descriptor);
    unlinkSync(path);
  }
}

/** Whether only its owner has access to a folder. */
function isClosed({ mode }: Stats): boolean {
  return (mode & 0o077) === 0;
}

function identityOf({ dev, ino, uid }: Stats): string {
  return `${dev}:${ino}:${uid}`;
}

/** The common name of a pair: what was set aside and its origin file. */
function withoutPair(name: string): string {
  return name.replace(/\.(?:aside|origin)$/, '');
}
