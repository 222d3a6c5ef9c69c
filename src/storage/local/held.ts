import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { errnoOf, toStorageFailure } from './errno.js';

/** An absolute path with no symbolic link in it, except perhaps its last name. */
export type RealPath = string;

/** Whether to follow a symbolic link in the last name or to hold the link itself. */
type LastLink = 'followed' | 'held';

/** A file, folder or link that was looked up once; operations act on that object and do not look up the name again. */
export interface Held {
  /** Where it was when it was looked up. */
  readonly real: RealPath;
  /**
   * The path with which a system call reaches it or, with a slash and a name, something in it. Do not use it after
   * `close`.
   */
  readonly path: string;
  /** The stats of the held object, even if it is a link. */
  stats(): Stats;
  /** Whether it is still where it was looked up. */
  isInPlace(): boolean;
  close(): void;
  [Symbol.dispose](): void;
}

/** How files are reached: by descriptors or, if the system does not support that, by paths that are checked again. */
export interface Reach {
  /**
   * Looks up an absolute path, or a name in a held folder.
   * @returns undefined if nothing is there; otherwise an object that the caller closes
   * @throws Failure for errors of the file system
   */
  hold(path: string, lastLink: LastLink): Held | undefined;
  /** Whether anything exists at a path. */
  isThere(path: string): boolean;
  /** Whether certainly nothing exists at a path: cheaper than `hold`, which then fails. */
  isMissing(path: string): boolean;
  /** Whether a real path is the requested one, letter by letter if the file system preserves letters. */
  isAsked(real: RealPath, asked: string): boolean;
}

/** O_PATH of Linux's open(2), which Node does not name; the number is the same on all processors that Node supports. */
const pathOnly = 0o10000000;

const descriptors = '/proc/self/fd';

/**
 * Linux: a descriptor opened for its path only, which reads nothing and wakes no device. The kernel tells where the
 * opened object is, and `/proc/self/fd/N/name` stands in for openat(2) and similar calls, which Node lacks.
 */
export const byDescriptor: Reach = {
  hold(path, lastLink) {
    const flags = lastLink === 'followed' ? pathOnly : pathOnly | constants.O_NOFOLLOW;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const held = open(path, flags);
      if (!held?.isReplaced()) return held;
      held.close();
    }
    return undefined;
  },
  isThere,
  isMissing,
  isAsked: (real, asked) => real === asked,
};

/** How often to look up a file that others replace between opening it and asking for its path. */
const attempts = 10;

function open(path: string, flags: number): HeldByDescriptor | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, flags);
  } catch (error) {
    requireNothing(error);
    return undefined;
  }
  const held = new HeldByDescriptor(descriptor);
  try {
    held.real = held.where();
    return held;
  } catch (error) {
    held.close();
    requireNothing(error);
    return undefined;
  }
}

class HeldByDescriptor implements Held {
  real = '';
  readonly #descriptor: number;
  #closed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  get path(): string {
    // The number may belong to another file by now.
    if (this.#closed) throw new TypeError('This object has already been closed.');
    return `${descriptors}/${this.#descriptor}`;
  }

  where(): RealPath {
    return readlinkSync(this.path);
  }

  stats(): Stats {
    return fstatSync(this.#descriptor);
  }

  isInPlace(): boolean {
    return this.where() === this.real;
  }

  /**
   * Whether the file has lost its name. The kernel then appends a word to the path, but a name may end in that word
   * too.
   */
  isReplaced(): boolean {
    return this.real.endsWith(' (deleted)') && this.stats().nlink === 0;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Systems without Linux's /proc: looks up the real path again and compares. */
export const byPath: Reach = {
  hold(path, lastLink) {
    try {
      const stats = lstatSync(path);
      const real = lastLink === 'held' && stats.isSymbolicLink() ? path : realpathSync.native(path);
      return new HeldByPath(real);
    } catch (error) {
      requireNothing(error);
      return undefined;
    }
  },
  isThere,
  isMissing,
  // Apple's file systems may spell accents differently from the client.
  isAsked: (real, asked) => real === asked || real.normalize('NFC') === asked.normalize('NFC'),
};

class HeldByPath implements Held {
  readonly real: RealPath;
  readonly path: RealPath;
  readonly #identity: string;

  constructor(real: RealPath) {
    this.real = real;
    this.path = real;
    this.#identity = identityOf(this.stats());
  }

  stats(): Stats {
    return lstatSync(this.real);
  }

  isInPlace(): boolean {
    try {
      return realpathSync.native(this.real) === this.real && identityOf(this.stats()) === this.#identity;
    } catch {
      return false;
    }
  }

  close(): void {
    // Nothing is kept open.
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A name that the file system cannot hold.
    return false;
  }
}

function isMissing(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Descriptors if this system reaches files by them, which is tested on `folder`, a real path; otherwise paths. */
export function reachOf(folder: RealPath): Reach {
  try {
    using held = byDescriptor.hold(folder, 'held');
    const own = held?.stats();
    const reached = held && lstatSync(`${held.path}/.`);
    return held?.real === folder && own && reached && identityOf(own) === identityOf(reached)
      ? byDescriptor
      : byPath;
  } catch {
    return byPath;
  }
}

const nothing = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** Throws unless the error says that nothing is there. */
function requireNothing(error: unknown): void {
  if (!nothing.has(errnoOf(error) ?? '')) throw toStorageFailure(error);
}
