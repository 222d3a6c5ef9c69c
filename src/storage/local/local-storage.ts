import {
  lstatSync,
  mkdirSync,
  opendirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  utimesSync,
  type Dir,
  type Dirent,
  type Stats,
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { Failure } from '../../failure.js';
import { child, parentOf, type SharePath } from '../../http/target.js';
import type {
  Arrival,
  Aside,
  DavStorage,
  Entry,
  LeftOut,
  OpenFile,
  RemoveOptions,
  ResourceStat,
  Space,
  WriteOptions,
  Written,
} from '../storage.js';
import { ConfinedRoot, type Links, type RealPath } from './confined-root.js';
import { errnoOf, toStorageFailure } from './errno.js';
import { givenModificationTime, resourceStatOf } from './file-stat.js';
import { openLocalFile } from './open-local-file.js';
import { copyInto } from './copy-file.js';
import { replaceFile, syncPath, type Durability } from './replace-file.js';
import { setAside } from './set-aside.js';
import { isReservedName, Staging, type StagingOwner } from './staging.js';

/** Entries looked at between two turns of the event loop. */
const batchSize = 256;

export interface LocalStorageOptions {
  readonly owner: StagingOwner;
  /** `full`: a write is on the disk when it is acknowledged. `relaxed`: it is when the operating system sees fit. */
  readonly durability: Durability;
  /** Default: followed as long as they end inside. */
  readonly links?: Links;
}

/**
 * A folder of this machine. Metadata calls are synchronous: on a local disk they take microseconds, a trip through
 * the thread pool several times that (docs/decisions/0003-synchronous-metadata.md).
 */
export class LocalStorage implements DavStorage {
  readonly #root: ConfinedRoot;
  readonly #staging: Staging;
  readonly #durability: Durability;

  /** Sweeps what an earlier process left unfinished. @throws Failure `unavailable` when the folder is missing */
  constructor(folder: string, options: LocalStorageOptions) {
    this.#root = new ConfinedRoot(folder, options.links);
    this.#staging = new Staging(this.#root.root, options.owner);
    this.#durability = options.durability;
    this.#staging.sweep();
  }

  /** Removes the hidden folder for unfinished files, if it is empty. */
  close(): void {
    this.#staging.sweep();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous, local disks are not
  async stat(path: SharePath): Promise<ResourceStat | undefined> {
    return this.#stat(path);
  }

  #stat(path: SharePath): ResourceStat | undefined {
    const real = this.#root.find(path);
    return real === undefined ? undefined : statOf(real);
  }

  async *list(path: SharePath, onLeftOut?: (why: LeftOut) => void): AsyncGenerator<readonly Entry[]> {
    const real = this.#collection(path);
    let folder: Dir | undefined;
    try {
      folder = opendirSync(real, { bufferSize: batchSize });
      for (;;) {
        const batch: Entry[] = [];
        let entry: Dirent | null = null;
        while (batch.length < batchSize && (entry = folder.readSync()) !== null) {
          const stat = this.#memberStat(path, real, entry);
          const { name } = entry;
          if (!stat) {
            if (!isReservedName(name)) onLeftOut?.(isNameable(path, name) ? 'hidden' : 'unnameable');
            continue;
          }
          batch.push(entry.isSymbolicLink() ? { name, stat, link: true } : { name, stat });
        }
        if (batch.length > 0) yield batch;
        if (entry === null) return;
        await setImmediate();
      }
    } catch (error) {
      throw toStorageFailure(error);
    } finally {
      folder?.closeSync();
    }
  }

  #collection(path: SharePath): RealPath {
    const real = this.#root.find(path);
    if (real === undefined || statOf(real)?.kind !== 'collection') {
      throw new Failure('not-found', 'There is no collection here.');
    }
    return real;
  }

  #memberStat(parent: SharePath, real: RealPath, entry: Dirent): ResourceStat | undefined {
    if (isReservedName(entry.name)) return undefined;
    const path = child(parent, entry.name);
    // A name that no request could address is not shown either.
    if (path === undefined || !isNameable(parent, entry.name)) return undefined;
    if (!entry.isSymbolicLink()) return statOf(`${real}/${entry.name}`);
    const target = this.#root.find(path);
    return target === undefined || this.#isOn(parent, target) ? undefined : statOf(target);
  }

  /** Whether `path` goes through `real`: a link that leads back there would make the tree below it endless. */
  #isOn(path: SharePath, real: RealPath): boolean {
    return this.#root.find(path) === real || (path !== '/' && this.#isOn(parentOf(path), real));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as stat
  async open(path: SharePath): Promise<OpenFile> {
    const real = this.#root.find(path);
    if (real === undefined) throw new Failure('not-found', 'There is nothing here.');
    return openLocalFile(real);
  }

  async write(path: SharePath, body: Readable, options: WriteOptions = {}): Promise<Written> {
    return guarded(async () => {
      const { parent, real } = this.#root.placeForWriting(path);
      refuseUnlessFile(real);
      return this.#staged(parent, (paths) =>
        replaceFile({ ...paths, parent, real, body, durability: this.#durability, ...options }),
      );
    });
  }

  /** Gives `action` a path to stage a file for `parent`, and others on demand, until it is over. */
  async #staged<T>(
    parent: RealPath,
    action: (paths: { staged: string; beside: () => string }) => Promise<T>,
  ): Promise<T> {
    const staged = this.#staging.newPath(parent);
    const given = [staged];
    const beside = (): string => {
      const path = this.#staging.newPathBeside(parent);
      given.push(path);
      return path;
    };
    try {
      return await action({ staged, beside });
    } finally {
      for (const path of given) this.#staging.release(path);
    }
  }

  async makeCollection(path: SharePath): Promise<void> {
    await guarded(async () => {
      const { parent, real } = this.#root.place(path);
      mkdirSync(real);
      await this.#keep(parent);
    });
  }

  async copyFile(from: SharePath, to: SharePath): Promise<void> {
    await guarded(async () => {
      const source = this.#root.find(from);
      if (source === undefined || statOf(source)?.kind !== 'file') {
        throw new Failure('not-found', 'There is no file here.');
      }
      const { parent, real } = this.#root.placeForWriting(to);
      refuseUnlessFile(real);
      await this.#staged(parent, (paths) =>
        copyInto({ source, ...paths, parent, real, durability: this.#durability }),
      );
    });
  }

  async rename(from: SharePath, to: SharePath): Promise<boolean> {
    return guarded(async () => {
      if (this.#root.find(from) === undefined) throw new Failure('not-found', 'There is nothing here.');
      const source = this.#root.place(from);
      const target = this.#root.place(to);
      const [moving, replaced] = [lstatSync(source.real), lstatSync(target.real, { throwIfNoEntry: false })];
      if (replaced && (moving.isDirectory() || replaced.isDirectory())) {
        throw new Failure('method-not-allowed', 'There is something here already.');
      }
      try {
        renameSync(source.real, target.real);
      } catch (error) {
        if (errnoOf(error) === 'EXDEV') return false;
        throw error;
      }
      await this.#keep(target.parent);
      if (source.parent !== target.parent) await this.#keep(source.parent);
      return true;
    });
  }

  async setAside(path: SharePath, arrival: Arrival = 'at once'): Promise<Aside | undefined> {
    return guarded(() => {
      const { parent, real } = this.#root.place(path);
      return setAside(this.#staging, this.#durability, { parent, real, arrival });
    });
  }

  async realNames(path: SharePath): Promise<readonly string[]> {
    return guarded(() => {
      const stands = path === '/' ? this.#root.root : this.#root.place(path).real;
      const leads = this.#root.find(path);
      return leads === undefined || leads === stands ? [stands] : [stands, leads];
    });
  }

  async space(): Promise<Space> {
    return guarded(async () => {
      const { blocks, bfree, bavail, bsize } = await statfs(this.#root.root);
      return { used: (blocks - bfree) * bsize, available: bavail * bsize };
    });
  }

  async setModified(path: SharePath, modified: number): Promise<boolean> {
    return guarded(async () => {
      const real = this.#root.find(path);
      if (real === undefined || !statOf(real)) throw new Failure('not-found', 'There is nothing here.');
      utimesSync(real, Date.now() / 1000, givenModificationTime(modified));
      await this.#keep(real);
      return true;
    });
  }

  async remove(path: SharePath, { extent }: RemoveOptions = {}): Promise<void> {
    await guarded(async () => {
      if (this.#root.find(path) === undefined) throw new Failure('not-found', 'There is nothing here.');
      const { parent, real } = this.#root.place(path);
      if (lstatSync(real).isDirectory()) this.#removeFolder(path, real);
      else unlinkSync(real);
      if (extent !== 'part') await this.#keep(parent);
    });
  }

  #removeFolder(path: SharePath, real: RealPath): void {
    this.#staging.sweep(real);
    try {
      rmdirSync(real);
    } catch (error) {
      if (errnoOf(error) !== 'ENOTEMPTY' || !this.#clearHidden(path, real)) throw error;
      rmdirSync(real);
    }
  }

  /** Makes what was done in a folder last, where that was promised. */
  async #keep(folder: RealPath): Promise<void> {
    if (this.#durability === 'full') await syncPath(folder);
  }

  /**
   * Removes what a client cannot see and so cannot remove itself: links that lead nowhere or out, sockets and pipes.
   * @returns whether the folder is empty then
   */
  #clearHidden(path: SharePath, real: RealPath): boolean {
    const hidden: string[] = [];
    const folder = opendirSync(real);
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (entry.isFile() || entry.isDirectory() || this.#memberStat(path, real, entry)) return false;
        hidden.push(entry.name);
      }
    } finally {
      folder.closeSync();
    }
    for (const name of hidden) unlinkSync(`${real}/${name}`);
    return true;
  }
}

/** Whether a request can name this member: not bytes that are not UTF-8, nor control characters. */
function isNameable(parent: SharePath, name: string): boolean {
  return child(parent, name) !== undefined && !name.includes('\ufffd');
}

/** A stat that follows no link: the callers have resolved them. What vanishes meanwhile is not there. */
function statOf(real: RealPath): ResourceStat | undefined {
  let stats: Stats | undefined;
  try {
    stats = lstatSync(real, { throwIfNoEntry: false });
  } catch (error) {
    throw toStorageFailure(error);
  }
  return stats && resourceStatOf(stats);
}

function refuseUnlessFile(real: RealPath): void {
  const stats = lstatSync(real, { throwIfNoEntry: false });
  if (stats && !stats.isFile())
    throw new Failure('method-not-allowed', 'There is something here that is no file.');
}

async function guarded<T>(action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw toStorageFailure(error);
  }
}
