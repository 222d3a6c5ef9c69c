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
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Allowance } from '../../async/allowance.js';
import { bodyMemory } from '../../async/body-memory.js';
import { Failure } from '../../failure.js';
import { child, parentOf, shareRoot, type SharePath } from '../../http/target.js';
import type {
  Arrival,
  Aside,
  DavStorage,
  Entry,
  Unlisted,
  OpenFile,
  RemoveOptions,
  ResourceStat,
  Space,
  WriteOptions,
  Written,
} from '../storage.js';
import { ConfinedRoot, type Links } from './confined-root.js';
import { copyInto } from './copy-file.js';
import { syncPath } from './descriptor-calls.js';
import { errnoOf, toStorageFailure } from './errno.js';
import { givenModificationTime, resourceStatOf } from './file-stat.js';
import type { Held, Reach, RealPath } from './held.js';
import { openLocalFile } from './open-local-file.js';
import { movedAway, nothingHere, type Place } from './place.js';
import { removeLocalTree } from './remove-local-tree.js';
import { replaceFile, type Arriving, type Durability } from './replace-file.js';
import { isReservedName } from './reserved-names.js';
import { setAside } from './set-aside.js';
import { isRespelled } from './spelling.js';
import { Staging, type Staged, type StagingOwner } from './staging.js';

/** Entries to read between two turns of the event loop. */
const batchSize = 256;

export interface LocalStorageOptions {
  readonly owner: StagingOwner;
  /** `full`: a write is on disk when it is acknowledged. `relaxed`: the operating system decides when. */
  readonly durability: Durability;
  /** The memory of all bodies; default: its own. */
  readonly memory?: Allowance;
  /** Default: follow links that end inside. */
  readonly links?: Links;
  /** Default: the best that this system supports. */
  readonly reach?: Reach;
}

/**
 * A folder of this machine. Metadata calls are synchronous: on a local disk they take microseconds, and a trip through
 * the thread pool takes several times as long (docs/decisions/0003-synchronous-metadata.md). A path is looked up once
 * and its target held; all operations act on that (docs/decisions/0012-descriptors.md).
 */
export class LocalStorage implements DavStorage {
  readonly #root: ConfinedRoot;
  readonly #staging: Staging;
  readonly #durability: Durability;
  readonly #memory: Allowance;

  /** Cleans up what an earlier process left unfinished. @throws Failure `unavailable` if the folder is missing */
  constructor(folder: string, options: LocalStorageOptions) {
    const { owner, durability, memory = bodyMemory(), links = 'followed', reach } = options;
    this.#root = new ConfinedRoot(folder, { links, reach, now: () => owner.now() });
    this.#staging = new Staging(this.#root, owner);
    this.#durability = durability;
    this.#memory = memory;
    this.#staging.sweep();
  }

  /** Removes the hidden folder for unfinished files if it is empty. */
  close(): void {
    this.#staging.sweep();
  }

  async stat(path: SharePath): Promise<ResourceStat | undefined> {
    return guarded(() => {
      using held = this.#root.find(path);
      return held && resourceStatOf(held.stats());
    });
  }

  async *list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncGenerator<readonly Entry[]> {
    for (const batch of this.#batches(path, onUnlisted)) yield await Promise.resolve(batch);
  }

  *#batches(path: SharePath, onUnlisted?: (why: Unlisted) => void): Generator<readonly Entry[]> {
    let folder: Dir | undefined;
    try {
      using held = this.#root.find(path);
      if (!held?.stats().isDirectory()) throw new Failure('not-found', 'There is no collection here.');
      folder = opendirSync(held.path, { bufferSize: batchSize });
      const prefix = `${held.path}/`;
      for (;;) {
        const batch: Entry[] = [];
        let entry: Dirent | null = null;
        while (batch.length < batchSize && (entry = folder.readSync()) !== null) {
          const { name } = entry;
          if (!isShown(path, name)) {
            if (!isReservedName(name)) onUnlisted?.('unnameable');
            continue;
          }
          const isLink = entry.isSymbolicLink();
          const stat = isLink ? this.#linkStat(path, held, name) : statOf(prefix + name);
          if (stat) batch.push(isLink ? { name, stat, link: true } : { name, stat });
          else onUnlisted?.('hidden');
        }
        if (batch.length > 0) yield batch;
        if (entry === null) return;
        if (!held.isInPlace()) throw movedAway();
      }
    } catch (error) {
      throw toStorageFailure(error);
    } finally {
      folder?.closeSync();
    }
  }

  /** The stat of a link's target; undefined if the share does not serve it. */
  #linkStat(parent: SharePath, folder: Held, name: string): ResourceStat | undefined {
    using target = this.#root.member(folder, name);
    return target && !this.#isOn(parent, target.real) ? resourceStatOf(target.stats()) : undefined;
  }

  /** Whether `path` goes through `real`: a link that leads back there would make the tree below it endless. */
  #isOn(path: SharePath, real: RealPath): boolean {
    using held = this.#root.find(path);
    return held?.real === real || (path !== '/' && this.#isOn(parentOf(path), real));
  }

  async open(path: SharePath): Promise<OpenFile> {
    return guarded(() => {
      using held = this.#found(path);
      return openLocalFile(held, this.#root.root);
    });
  }

  /** @throws Failure `not-found` */
  #found(path: SharePath): Held {
    const held = this.#root.find(path);
    if (!held) throw nothingHere();
    return held;
  }

  async write(path: SharePath, body: Readable, options: WriteOptions = {}): Promise<Written> {
    return guarded(async () => {
      using place = this.#root.placeForWriting(path);
      return await this.#arriving(place, (arriving) =>
        replaceFile({ ...options, ...arriving, body, memory: this.#memory }),
      );
    });
  }

  /** Gives `action` what it needs to bring a file to a place, and releases that afterwards. */
  async #arriving<T>(place: Place, action: (arriving: Arriving) => Promise<T>): Promise<T> {
    const given: Staged[] = [];
    const give = (staged: Staged): string => {
      given.push(staged);
      return staged.path;
    };
    try {
      return await action({
        staged: give(this.#staging.newFile(place.folder)),
        beside: () => give(this.#staging.newFileBeside(place.folder)),
        place,
        standing: () => this.#root.standing(place),
        durability: this.#durability,
      });
    } finally {
      for (const staged of given) staged.release();
    }
  }

  async makeCollection(path: SharePath): Promise<void> {
    await guarded(async () => {
      using place = this.#root.placeForNew(path);
      if (this.#root.standing(place))
        throw new Failure('method-not-allowed', 'There is something here already.');
      mkdirSync(place.path);
      await this.#keep(place.folder);
    });
  }

  async copyFile(from: SharePath, to: SharePath): Promise<void> {
    await guarded(async () => {
      using source = this.#found(from);
      if (!source.stats().isFile()) throw new Failure('not-found', 'There is no file here.');
      using place = this.#root.placeForWriting(to);
      await this.#arriving(place, (arriving) => copyInto({ ...arriving, source }));
    });
  }

  async rename(from: SharePath, to: SharePath): Promise<boolean> {
    return guarded(async () => {
      using source = this.#root.occupied(from);
      using target = this.#root.placeForNew(to);
      this.#requireRoom(source.place, target);
      source.place.requireInPlace();
      target.requireInPlace();
      try {
        renameSync(source.place.path, target.path);
      } catch (error) {
        if (errnoOf(error) === 'EXDEV') return false;
        throw error;
      }
      this.#root.moved();
      await this.#keep(target.folder);
      if (source.place.folder.real !== target.folder.real) await this.#keep(source.place.folder);
      return true;
    });
  }

  /** @throws Failure if what is at `from` may not replace what is at `to` */
  #requireRoom(from: Place, to: Place): void {
    const isSameFolder = from.folder.real === to.folder.real;
    if (isSameFolder && from.name !== to.name && isRespelled(from.name, to.name)) {
      // Only the spelling changes, unless this folder contains both names.
      using other = this.#root.member(to.folder, to.name);
      if (!other) return;
    }
    const replaced = this.#root.standing(to);
    if (replaced && (replaced.isDirectory() || lstatSync(from.path).isDirectory())) {
      throw new Failure('method-not-allowed', 'There is something here already.');
    }
  }

  async setAside(path: SharePath, arrival: Arrival = 'at once'): Promise<Aside | undefined> {
    return guarded(async () => {
      const place = this.#root.place(path);
      try {
        if (!this.#root.standing(place)) throw nothingHere();
      } catch (error) {
        place.close();
        throw error;
      }
      const means = { reach: this.#root.reach, staging: this.#staging, durability: this.#durability };
      const aside = await setAside(means, place, arrival);
      this.#root.moved();
      return aside;
    });
  }

  async realNames(path: SharePath): Promise<readonly string[]> {
    return guarded(() => {
      if (path === '/') return [this.#root.root];
      using place = this.#root.place(path);
      using leads = this.#root.member(place.folder, place.name);
      return leads && leads.real !== place.real ? [place.real, leads.real] : [place.real];
    });
  }

  async space(): Promise<Space> {
    return guarded(async () => {
      using root = this.#found(shareRoot);
      const { blocks, bfree, bavail, bsize } = await statfs(root.path);
      return { used: (blocks - bfree) * bsize, available: bavail * bsize };
    });
  }

  async setModified(path: SharePath, modified: number): Promise<boolean> {
    return guarded(async () => {
      using held = this.#found(path);
      if (!resourceStatOf(held.stats())) throw nothingHere();
      if (!held.isInPlace()) throw movedAway();
      utimesSync(held.path, Date.now() / 1000, givenModificationTime(modified));
      await this.#keep(held);
      return true;
    });
  }

  async remove(path: SharePath, { extent }: RemoveOptions = {}): Promise<void> {
    await guarded(async () => {
      using found = this.#root.occupied(path);
      const { place, held } = found;
      place.requireInPlace();
      if (lstatSync(place.path).isDirectory()) await this.#removeFolder(path, place, held);
      else unlinkSync(place.path);
      if (extent !== 'part') await this.#keep(place.folder);
    });
  }

  async #removeFolder(path: SharePath, place: Place, folder: Held): Promise<void> {
    this.#staging.sweep(folder);
    try {
      rmdirSync(place.path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOTEMPTY') throw error;
      if (isDeepest(path)) {
        await removeLocalTree(this.#root.reach, place.folder, place.name);
        return;
      }
      if (!this.#clearHidden(path, folder)) throw error;
      rmdirSync(place.path);
    }
  }

  /** Makes a change in a folder permanent, if full durability was promised. */
  async #keep(folder: Held): Promise<void> {
    if (this.#durability === 'full') await syncPath(folder.path);
  }

  /**
   * Removes what a client cannot see and so cannot remove: links that lead nowhere or outside, sockets and pipes.
   * @returns whether the folder is empty now
   */
  #clearHidden(path: SharePath, held: Held): boolean {
    const hidden: string[] = [];
    const folder = opendirSync(held.path);
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (entry.isFile() || entry.isDirectory()) return false;
        if (entry.isSymbolicLink() && isShown(path, entry.name) && this.#linkStat(path, held, entry.name))
          return false;
        hidden.push(entry.name);
      }
    } finally {
      folder.closeSync();
    }
    for (const name of hidden) unlinkSync(`${held.path}/${name}`);
    return true;
  }
}

/**
 * Whether to list a name: not davgate's own, nor one that no request can contain (bytes that are not UTF-8, control
 * characters).
 */
function isShown(parent: SharePath, name: string): boolean {
  return !isReservedName(name) && !name.includes('\ufffd') && child(parent, name) !== undefined;
}

/**
 * Whether no request can name any member of the folder; a folder that other programs made there is then removed with
 * everything in it.
 */
function isDeepest(path: SharePath): boolean {
  return child(path, 'm') === undefined;
}

/** A stat that does not follow links; undefined for a file that has just been removed. */
function statOf(path: string): ResourceStat | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats && resourceStatOf(stats);
}

async function guarded<T>(action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw toStorageFailure(error);
  }
}
