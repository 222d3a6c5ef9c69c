import { Breath } from '../async/breath.js';
import { paced } from '../async/paced.js';
import { isFailure } from '../failure.js';
import { child, shareRoot, type SharePath } from '../http/target.js';
import { PathTurns } from './path-turns.js';
import { SpaceMeter, type Meter, type Reservation } from './space-meter.js';
import type { DavStorage, ResourceStat } from './storage.js';

export interface LimitedStorage extends DavStorage {
  /** Reserves bytes for something that is stored elsewhere but counts against the quota. */
  reserve(): Promise<Reservation>;
  /** Counts such bytes as used or, if negative, as freed, whatever the quota is. */
  countElsewhere(bytes: number): Promise<void>;
  /** Counts the bytes of all that is stored elsewhere when the share is opened. */
  beginElsewhere(bytes: number): Promise<void>;
  /** Stops the count of existing files. */
  close(): void;
}

/**
 * Limits a storage. Counts the existing files once at the start, or again if that failed; changes wait for the count and
 * are counted from then on. Changes by other programs count from the next start.
 * @param quota bytes, or what counts against them
 */
export function limitedStorage(inner: DavStorage, quota: number | Meter): LimitedStorage {
  const meter = typeof quota === 'number' ? new SpaceMeter(quota) : quota;
  /**
   * Held from measuring what goes until it has gone, so that two changes do not count it twice. Writes take no turn: a
   * storage may keep its own turns while it writes, and two requests waiting for each other's turns would wait for
   * ever.
   */
  const turns = new PathTurns();
  let closed = false;
  let counting: Promise<void> | undefined;

  const isLink = async (path: SharePath): Promise<boolean> =>
    path !== '/' && (await inner.realNames(path)).length > 1;

  /** The bytes of all files at and below a path; a link counts where its target is. */
  const size = async (path: SharePath): Promise<number> => {
    const stat = await inner.stat(path);
    if (!stat || (await isLink(path))) return 0;
    return stat.kind === 'file' ? stat.size : sizeBelow(path, new Breath());
  };

  const sizeBelow = async (path: SharePath, breath: Breath): Promise<number> => {
    await breath.pause();
    let bytes = 0;
    const collections: SharePath[] = [];
    try {
      for await (const batch of paced(inner.list(path), meter)) {
        if (closed) return bytes;
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
    for (const collection of collections) bytes += await sizeBelow(collection, breath);
    return bytes;
  };

  /** Resolves once the existing files have been counted. */
  const counted = (): Promise<void> => {
    counting ??= meter
      .begin(() => size(shareRoot))
      .catch((error: unknown) => {
        counting = undefined;
        throw error;
      });
    return counting;
  };

  /** Makes a change once the existing files have been counted, in its turn. */
  const alone = async <T>(paths: readonly SharePath[], change: () => Promise<T>): Promise<T> => {
    await counted();
    const turn = await turns.take({ writes: paths });
    try {
      return await change();
    } finally {
      void turn.end();
    }
  };

  /** What removing a name frees: the bytes of a file, or none for a link. */
  const ownSize = async (path: SharePath): Promise<number> => {
    const bytes = sizeOf(await inner.stat(path));
    return bytes > 0 && (await isLink(path)) ? 0 : bytes;
  };

  // The requests that wait for the count get the error; at the start nobody waits.
  counted().catch(() => undefined);
  return {
    reserve: async () => {
      await counted();
      return meter.reserve();
    },
    countElsewhere: async (bytes) => meter.count(bytes),
    beginElsewhere: async (bytes) => meter.beginElsewhere(bytes),
    close: () => {
      closed = true;
    },
    write: async (path, body, options = {}) => {
      await counted();
      const room = meter.reserve();
      let old = sizeOf(await inner.stat(path));
      let received = 0;
      try {
        if (options.length !== undefined) await room.set(options.length - old);
        const written = await inner.write(path, body, {
          ...options,
          onBytes: (bytes) => {
            received = bytes;
            const told = options.onBytes?.(bytes);
            const reserved = room.set(Math.max(bytes, options.length ?? 0) - old);
            return told && reserved
              ? Promise.all([told, reserved]).then(() => undefined)
              : (told ?? reserved);
          },
          ready: async () => {
            const take = await options.ready?.();
            return (standing) => {
              old = sizeOf(standing);
              const over = take?.(standing);
              try {
                room.setAtOnce(received - old);
              } catch (error) {
                void over?.(undefined);
                throw error;
              }
              return over;
            };
          },
        });
        await room.settle(written.stat.size - old);
        return written;
      } finally {
        await room.release();
      }
    },
    copyFile: (from, to) =>
      alone([to], async () => {
        const room = meter.reserve();
        try {
          const old = sizeOf(await inner.stat(to));
          await room.set(sizeOf(await inner.stat(from)) - old);
          await inner.copyFile(from, to);
          await room.settle(sizeOf(await inner.stat(to)) - old);
        } finally {
          await room.release();
        }
      }),
    rename: (from, to) =>
      alone([from, to], async () => {
        const replaced = from === to ? 0 : await ownSize(to);
        const renamed = await inner.rename(from, to);
        if (renamed) await meter.count(-replaced);
        return renamed;
      }),
    remove: (path, options) =>
      alone([path], async () => {
        const removed = await ownSize(path);
        await inner.remove(path, options);
        await meter.count(-removed);
      }),
    setAside: (path, arrival) =>
      alone([path], async () => {
        const bytes = await size(path);
        const aside = await inner.setAside(path, arrival);
        if (!aside) return undefined;
        await meter.count(-bytes);
        return {
          putBack: async () => {
            await aside.putBack();
            await meter.count(bytes);
          },
          discard: () => aside.discard(),
        };
      }),
    space: async () => {
      await counted();
      const all = await inner.space();
      const { used, available } = await meter.space();
      return { used, available: Math.min(available, all?.available ?? available) };
    },
    stat: (path) => inner.stat(path),
    list: (path, onUnlisted) => inner.list(path, onUnlisted),
    open: (path) => inner.open(path),
    makeCollection: (path) => inner.makeCollection(path),
    realNames: (path) => inner.realNames(path),
    setModified: (path, modified) => inner.setModified(path, modified),
  };
}

function sizeOf(stat: ResourceStat | undefined): number {
  return stat?.kind === 'file' ? stat.size : 0;
}
