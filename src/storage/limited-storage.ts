import type { Readable } from 'node:stream';
import { Breath } from '../async/breath.js';
import { paced } from '../async/paced.js';
import { isFailure } from '../failure.js';
import { child, shareRoot, type SharePath } from '../http/target.js';
import { PathTurns } from './path-turns.js';
import { SpaceMeter, type Reservation } from './space-meter.js';
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
} from './storage.js';

/**
 * Storage with a quota in bytes. It counts the existing files once at the start, or again if that failed; changes wait
 * for the count and are counted from then on. Changes by other programs count from the next start.
 */
export class LimitedStorage implements DavStorage {
  readonly #inner: DavStorage;
  readonly #meter: SpaceMeter;
  #counting: Promise<void> | undefined;
  /**
   * Held from measuring what goes until it has gone, so that two changes do not count it twice. Writes take no turn: a
   * storage may keep its own turns while it writes, and two requests waiting for each other's turns would wait for
   * ever.
   */
  readonly #turns = new PathTurns();
  #closed = false;

  /** @param quota bytes */
  constructor(inner: DavStorage, quota: number) {
    this.#inner = inner;
    this.#meter = new SpaceMeter(quota);
    // The requests that wait for the count get the error; at the start nobody waits.
    this.#counted().catch(() => undefined);
  }

  /** Resolves once the existing files have been counted. */
  #counted(): Promise<void> {
    this.#counting ??= this.#count().catch((error: unknown) => {
      this.#counting = undefined;
      throw error;
    });
    return this.#counting;
  }

  async #count(): Promise<void> {
    this.#meter.count(await this.#size(shareRoot));
  }

  /** Reserves bytes for something that is stored elsewhere but counts against the quota. */
  async reserve(): Promise<Reservation> {
    await this.#counted();
    return this.#meter.reserve();
  }

  /** Counts such bytes as used or, if negative, as freed, whatever the quota is. */
  countElsewhere(bytes: number): void {
    this.#meter.count(bytes);
  }

  /** Stops the count of existing files. */
  close(): void {
    this.#closed = true;
  }

  /** The bytes of all files at and below a path; a link counts where its target is. */
  async #size(path: SharePath): Promise<number> {
    const stat = await this.#inner.stat(path);
    if (!stat || (await this.#isLink(path))) return 0;
    return stat.kind === 'file' ? stat.size : this.#sizeBelow(path, new Breath());
  }

  async #sizeBelow(path: SharePath, breath: Breath): Promise<number> {
    await breath.pause();
    let bytes = 0;
    const collections: SharePath[] = [];
    try {
      for await (const batch of paced(this.#inner.list(path), this)) {
        if (this.#closed) return bytes;
        for (const { name, stat, link } of batch) {
          if (link) continue;
          const member = child(path, name);
          if (stat.kind === 'file') bytes += stat.size;
          else if (member !== undefined) collections.push(member);
        }
      }
    } catch (error) {
      // What cannot be listed cannot be written either, or is gone by now.
      if (!isFailure(error, 'not-found', 'forbidden')) throw error;
    }
    for (const collection of collections) bytes += await this.#sizeBelow(collection, breath);
    return bytes;
  }

  async #isLink(path: SharePath): Promise<boolean> {
    return path !== '/' && (await this.#inner.realNames(path)).length > 1;
  }

  async write(path: SharePath, body: Readable, options: WriteOptions = {}): Promise<Written> {
    await this.#counted();
    const room = this.#meter.reserve();
    let old = sizeOf(await this.#inner.stat(path));
    let received = 0;
    try {
      if (options.length !== undefined) room.set(options.length - old);
      const written = await this.#inner.write(path, body, {
        ...options,
        onBytes: (bytes) => {
          received = bytes;
          options.onBytes?.(bytes);
          room.set(Math.max(bytes, options.length ?? 0) - old);
        },
        ready: async () => {
          const take = await options.ready?.();
          return (standing) => {
            old = sizeOf(standing);
            const over = take?.(standing);
            try {
              room.set(received - old);
            } catch (error) {
              void over?.(undefined);
              throw error;
            }
            return over;
          };
        },
      });
      room.settle(written.stat.size - old);
      return written;
    } finally {
      room.release();
    }
  }

  async copyFile(from: SharePath, to: SharePath): Promise<void> {
    await this.#counted();
    await this.#alone([to], async () => {
      const room = this.#meter.reserve();
      try {
        const old = sizeOf(await this.#inner.stat(to));
        room.set(sizeOf(await this.#inner.stat(from)) - old);
        await this.#inner.copyFile(from, to);
        room.settle(sizeOf(await this.#inner.stat(to)) - old);
      } finally {
        room.release();
      }
    });
  }

  async rename(from: SharePath, to: SharePath): Promise<boolean> {
    await this.#counted();
    return this.#alone([from, to], async () => {
      const replaced = from === to ? 0 : await this.#ownSize(to);
      const renamed = await this.#inner.rename(from, to);
      if (renamed) this.#meter.count(-replaced);
      return renamed;
    });
  }

  async remove(path: SharePath, options?: RemoveOptions): Promise<void> {
    await this.#counted();
    await this.#alone([path], async () => {
      const removed = await this.#ownSize(path);
      await this.#inner.remove(path, options);
      this.#meter.count(-removed);
    });
  }

  async #alone<T>(paths: readonly SharePath[], change: () => Promise<T>): Promise<T> {
    const turn = await this.#turns.take({ writes: paths });
    try {
      return await change();
    } finally {
      turn.end();
    }
  }

  /** What removing a name frees: the bytes of a file, or none for a link. */
  async #ownSize(path: SharePath): Promise<number> {
    const size = sizeOf(await this.#inner.stat(path));
    return size > 0 && (await this.#isLink(path)) ? 0 : size;
  }

  async setAside(path: SharePath, arrival?: Arrival): Promise<Aside | undefined> {
    await this.#counted();
    const { aside, bytes } = await this.#alone([path], async () => {
      const size = await this.#size(path);
      const taken = await this.#inner.setAside(path, arrival);
      if (taken) this.#meter.count(-size);
      return { aside: taken, bytes: size };
    });
    if (!aside) return undefined;
    return {
      putBack: async () => {
        await aside.putBack();
        this.#meter.count(bytes);
      },
      discard: () => aside.discard(),
    };
  }

  async space(): Promise<Space> {
    await this.#counted();
    const inner = await this.#inner.space();
    const { used, available } = this.#meter;
    return { used, available: Math.min(available, inner?.available ?? available) };
  }

  stat(path: SharePath): Promise<ResourceStat | undefined> {
    return this.#inner.stat(path);
  }

  list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncIterable<readonly Entry[]> {
    return this.#inner.list(path, onUnlisted);
  }

  open(path: SharePath): Promise<OpenFile> {
    return this.#inner.open(path);
  }

  makeCollection(path: SharePath): Promise<void> {
    return this.#inner.makeCollection(path);
  }

  realNames(path: SharePath): Promise<readonly string[]> {
    return this.#inner.realNames(path);
  }

  setModified(path: SharePath, modified: number): Promise<boolean> {
    return this.#inner.setModified(path, modified);
  }
}

function sizeOf(stat: ResourceStat | undefined): number {
  return stat?.kind === 'file' ? stat.size : 0;
}
