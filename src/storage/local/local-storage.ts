import {
  constants,
  lstatSync,
  mkdirSync,
  opendirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { Failure } from '../../failure.js';
import { child, type SharePath } from '../../http/target.js';
import type { DavStorage, Entry, OpenFile, ResourceStat, WriteOptions, Written } from '../storage.js';
import { ConfinedRoot, type RealPath } from './confined-root.js';
import { errnoOf, toStorageFailure } from './errno.js';
import { resourceStatOf } from './file-stat.js';
import { openLocalFile } from './open-local-file.js';
import { replaceFile, type Durability } from './replace-file.js';
import { isReservedName, Staging, type StagingOwner } from './staging.js';

/** Entries looked at between two turns of the event loop. */
const batchSize = 256;

export interface LocalStorageOptions {
  readonly owner: StagingOwner;
  /** `full`: a write is on the disk when it is acknowledged. `relaxed`: it is when the operating system sees fit. */
  readonly durability: Durability;
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
    this.#root = new ConfinedRoot(folder);
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

  async *list(path: SharePath): AsyncGenerator<readonly Entry[]> {
    const real = this.#collection(path);
    const folder = opendirSync(real, { bufferSize: batchSize });
    try {
      for (;;) {
        const batch: Entry[] = [];
        let entry: Dirent | null = null;
        while (batch.length < batchSize && (entry = folder.readSync()) !== null) {
          const stat = this.#memberStat(path, real, entry);
          if (stat) batch.push({ name: entry.name, stat });
        }
        if (batch.length > 0) yield batch;
        if (entry === null) return;
        await setImmediate();
      }
    } finally {
      folder.closeSync();
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
    // A name that no request could address (bytes that are not UTF-8, control characters) is not shown either.
    if (path === undefined || entry.name.includes('\ufffd')) return undefined;
    return entry.isSymbolicLink() ? this.#stat(path) : statOf(`${real}/${entry.name}`);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as stat
  async open(path: SharePath): Promise<OpenFile> {
    const real = this.#root.find(path);
    if (real === undefined) throw new Failure('not-found', 'There is nothing here.');
    return openLocalFile(real);
  }

  async write(path: SharePath, body: Readable, options: WriteOptions = {}): Promise<Written> {
    return guarded(() => {
      const { parent, real } = this.#root.placeForWriting(path);
      refuseUnlessFile(real);
      const staged = this.#staging.newPath(parent);
      return replaceFile({ staged, parent, real, body, durability: this.#durability, ...options });
    });
  }

  async makeCollection(path: SharePath): Promise<void> {
    await guarded(() => {
      mkdirSync(this.#root.place(path).real);
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
      const staged = this.#staging.newPath(parent);
      try {
        await copyFile(source, staged, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
        renameSync(staged, real);
      } catch (error) {
        await rm(staged, { force: true });
        throw error;
      }
    });
  }

  async rename(from: SharePath, to: SharePath): Promise<boolean> {
    return guarded(() => {
      if (this.#root.find(from) === undefined) throw new Failure('not-found', 'There is nothing here.');
      const source = this.#root.place(from).real;
      const target = this.#root.place(to).real;
      const [moving, replaced] = [lstatSync(source), lstatSync(target, { throwIfNoEntry: false })];
      if (replaced && (moving.isDirectory() || replaced.isDirectory())) {
        throw new Failure('method-not-allowed', 'There is something here already.');
      }
      try {
        renameSync(source, target);
        return true;
      } catch (error) {
        if (errnoOf(error) === 'EXDEV') return false;
        throw error;
      }
    });
  }

  async remove(path: SharePath): Promise<void> {
    await guarded(() => {
      if (this.#root.find(path) === undefined) throw new Failure('not-found', 'There is nothing here.');
      const { real } = this.#root.place(path);
      if (!lstatSync(real).isDirectory()) {
        unlinkSync(real);
        return;
      }
      this.#staging.sweep(real);
      rmdirSync(real);
    });
  }
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
