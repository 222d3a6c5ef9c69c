import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Arrival } from '../storage.js';
import { errnoOf } from './errno.js';

const folderName = '.davgate-staging';

/** Host, process and a random part; a host's name may have dots of its own. `.aside` and `.origin` stand for a pair. */
const unfinishedName = /^(.*)\.(\d+)\.([0-9a-f]+)(\.aside|\.origin)?$/;

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
  /** Paths of this process's unfinished files: one set for all its storages, since several may have the same folder. */
  readonly unfinished: Set<string>;
}

/** Names that davgate keeps for itself: never listed, never served, never written by a client. */
export function isReservedName(name: string): boolean {
  return name.startsWith('.davgate-');
}

/** What was set aside, and the file that says where it belongs, written first. */
export interface AsidePaths {
  readonly aside: string;
  readonly origin: string;
}

/**
 * Where files grow until they are whole, and where what is being replaced waits: a hidden folder in the share's root,
 * so that the last step is a rename on one file system. A folder mounted below the root gets one of its own.
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
    return this.#newPathIn(statSync(parent).dev === this.#device ? this.#root : parent);
  }

  /** A new file's path in `parent` itself, for where a rename from elsewhere is refused as on a bind mount. */
  newPathBeside(parent: string): string {
    return this.#newPathIn(parent);
  }

  #newPathIn(base: string): string {
    const folder = `${base}/${folderName}`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { host, pid, unfinished } = this.#owner;
    const path = `${folder}/${encodeURIComponent(host)}.${pid}.${randomBytes(8).toString('hex')}`;
    unfinished.add(path);
    return path;
  }

  /** Paths for setting aside what is in `parent`. */
  newAside(parent: string): AsidePaths {
    const path = this.newPath(parent);
    return { aside: `${path}.aside`, origin: `${path}.origin` };
  }

  /** Tells that a path which was given out is in use no longer. */
  release(path: string): void {
    this.#owner.unfinished.delete(withoutPair(path));
  }

  /**
   * Removes what processes that have ended left behind, and the folder itself if nothing is left in it. What such a
   * process had set aside goes back to its place, unless its successor has taken that already.
   */
  sweep(folder: string = this.#root): void {
    const staging = `${folder}/${folderName}`;
    let names: string[];
    try {
      names = readdirSync(staging);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES') return;
      throw error;
    }
    const abandoned = names.filter((name) => this.#isAbandoned(staging, name));
    const homeless = abandoned.filter((name) => name.endsWith('.aside') && !restore(staging, name));
    for (const name of abandoned) {
      if (homeless.some((aside) => name.startsWith(aside.replace(/aside$/, '')))) continue;
      rmSync(`${staging}/${name}`, { recursive: true, force: true });
    }
    // Made for a file that is about to be.
    if ([...this.#owner.unfinished].some((path) => path.startsWith(`${staging}/`))) return;
    try {
      rmdirSync(staging);
    } catch {
      // Another process is writing: its folder stays.
    }
  }

  #isAbandoned(folder: string, name: string): boolean {
    const stat = lstatSync(`${folder}/${name}`, { throwIfNoEntry: false });
    if (!stat) return false;
    const owner = this.#owner;
    const [, host, pid, , pair] = unfinishedName.exec(name) ?? [];
    if (!stat.isFile() && pair !== '.aside') return false;
    if (owner.unfinished.has(withoutPair(`${folder}/${name}`))) return false;
    if (host === encodeURIComponent(owner.host)) {
      if (Number(pid) === owner.pid || !owner.isAlive(Number(pid))) return true;
    }
    return owner.now() - stat.mtimeMs > abandonedAfterMilliseconds;
  }
}

/** The path that stands for both of {@link AsidePaths}. */
function withoutPair(path: string): string {
  return path.replace(/\.(?:aside|origin)$/, '');
}

/** The second line of an origin; the first is where what was set aside belongs. */
const byMember = 'by member';

/** What an origin says; no name that is served has a line feed. */
export function originText(place: string, arrival: Arrival): string {
  return arrival === 'by member' ? `${place}\n${byMember}` : place;
}

/** Puts back what has no successor; what has one stays aside. */
function restoreMembers(aside: string, target: string): void {
  if (!lstatSync(aside).isDirectory() || !lstatSync(target).isDirectory()) return;
  for (const name of readdirSync(aside)) {
    const [old, successor] = [`${aside}/${name}`, `${target}/${name}`];
    if (lstatSync(successor, { throwIfNoEntry: false })) restoreMembers(old, successor);
    else renameSync(old, successor);
  }
}

/** @returns whether nothing is left to be done for it */
function restore(staging: string, name: string): boolean {
  const aside = `${staging}/${name}`;
  const origin = `${staging}/${name.replace(/aside$/, 'origin')}`;
  if (!existsSync(origin)) return true;
  const [place = '', arrival] = readFileSync(origin, 'utf8').split('\n');
  const target = join(dirname(staging), place);
  if (lstatSync(target, { throwIfNoEntry: false })) {
    if (arrival === byMember) restoreMembers(aside, target);
    return true;
  }
  try {
    renameSync(aside, target);
    return true;
  } catch {
    // The place where it belongs is gone: it stays here for whoever looks for it.
    return false;
  }
}
