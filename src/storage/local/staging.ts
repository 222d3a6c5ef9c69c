import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { errnoOf } from './errno.js';

const folderName = '.davgate-staging';

/** More than a day without a byte: an upload from another host that nobody is making any more. */
const abandonedAfterMilliseconds = 24 * 60 * 60 * 1000;

/** Whose unfinished files are whose, when several processes or hosts write to one folder. */
export interface StagingOwner {
  readonly host: string;
  readonly pid: number;
  /** Whether a process of this host is running. */
  isAlive(pid: number): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Names that davgate keeps for itself: never listed, never served, never written by a client. */
export function isReservedName(name: string): boolean {
  return name.startsWith('.davgate-');
}

/**
 * Where files grow until they are whole: a hidden folder in the share's root, so that the last step is a rename on
 * one file system. A folder mounted below the root gets one of its own.
 */
export class Staging {
  readonly #root: string;
  readonly #device: number;
  readonly #owner: StagingOwner;

  constructor(root: string, owner: StagingOwner) {
    this.#root = root;
    this.#device = statSync(root).dev;
    this.#owner = owner;
  }

  /** A new file's path, on the file system of `parent`; the folder that holds it exists. */
  newPath(parent: string): string {
    const base = statSync(parent).dev === this.#device ? this.#root : parent;
    const folder = `${base}/${folderName}`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { host, pid } = this.#owner;
    return `${folder}/${encodeURIComponent(host)}.${pid}.${randomBytes(8).toString('hex')}`;
  }

  /** Removes what processes that have ended left behind, and the folder itself if nothing is left in it. */
  sweep(folder: string = this.#root): void {
    const staging = `${folder}/${folderName}`;
    let names: string[];
    try {
      names = readdirSync(staging);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES') return;
      throw error;
    }
    for (const name of names) if (this.#isAbandoned(staging, name)) unlinkSync(`${staging}/${name}`);
    try {
      rmdirSync(staging);
    } catch {
      // Another process is writing: its folder stays.
    }
  }

  #isAbandoned(folder: string, name: string): boolean {
    const stat = lstatSync(`${folder}/${name}`, { throwIfNoEntry: false });
    if (!stat?.isFile()) return false;
    const [host, pid] = name.split('.').length === 3 ? name.split('.') : [];
    const owner = this.#owner;
    if (
      host === encodeURIComponent(owner.host) &&
      !(owner.pid !== Number(pid) && owner.isAlive(Number(pid)))
    ) {
      return true;
    }
    return owner.now() - stat.mtimeMs > abandonedAfterMilliseconds;
  }
}
