import type { Stats } from 'node:fs';
import type { CollectionStat, FileStat, ResourceStat } from '../storage.js';

/** A file-system stat as a resource; undefined for anything but a file or a folder. */
export function resourceStatOf(stats: Stats): ResourceStat | undefined {
  if (stats.isFile()) return fileStatOf(stats);
  if (!stats.isDirectory()) return undefined;
  return new LocalCollectionStat(stats);
}

/**
 * A file's stat. Its entity tag consists of the inode, the size and both times. The change time moves with every write
 * and, unlike the modification time, cannot be set back; but it ticks in milliseconds while inodes are reused at once,
 * so `freshModificationTime` tells such writes apart.
 */
export function fileStatOf(stats: Stats): FileStat {
  return new LocalFileStat(stats);
}

/**
 * A folder's stat. Its entity tag consists of the inode and both times, which change whenever a member is added,
 * removed or replaced. It is weak: two changes in one tick of the file system's clock, some milliseconds, may leave
 * the same tag.
 */
class LocalCollectionStat implements CollectionStat {
  readonly kind = 'collection';
  readonly modified: number;
  readonly created: number | undefined;
  readonly #inode: number;
  readonly #changed: number;

  constructor(stats: Stats) {
    this.modified = stats.mtimeMs;
    this.created = createdOf(stats);
    this.#inode = stats.ino;
    this.#changed = stats.ctimeMs;
  }

  /** Computed on demand, because most listings do not need it. */
  get etag(): string {
    return `W/"${base36(this.#inode)}-${microseconds(this.#changed)}-${microseconds(this.modified)}"`;
  }
}

class LocalFileStat implements FileStat {
  readonly kind = 'file';
  readonly size: number;
  readonly modified: number;
  readonly created: number | undefined;
  readonly #inode: number;
  readonly #changed: number;

  constructor(stats: Stats) {
    this.size = stats.size;
    this.modified = stats.mtimeMs;
    this.created = createdOf(stats);
    this.#inode = stats.ino;
    this.#changed = stats.ctimeMs;
  }

  /** Computed on demand, because most listings do not need it. */
  get etag(): string {
    const { size } = this;
    return `"${base36(this.#inode)}-${base36(size)}-${microseconds(this.#changed)}-${microseconds(this.modified)}"`;
  }
}

function base36(number: number): string {
  return number.toString(36);
}

function microseconds(milliseconds: number): string {
  return base36(Math.round(milliseconds * 1000));
}

let lastModification = 0;

/**
 * The current time in seconds since the epoch, or slightly more than the previous result: never the same time twice.
 * The step is two microseconds, because Node sets times in whole microseconds and a double is not exact to one.
 */
export function freshModificationTime(): number {
  lastModification = Math.max(Date.now(), lastModification + 0.002);
  return lastModification / 1000;
}

let given = 1;

/**
 * The modification time to set when a client asks for one, in seconds since the epoch: exact to a millisecond. Its
 * microseconds count in odd numbers, so that two files written in one tick of the change time's clock still differ.
 * @param milliseconds since the epoch
 */
export function givenModificationTime(milliseconds: number): number {
  given = (given + 2) % 1000;
  return (Math.floor(milliseconds) + given / 1000) / 1000;
}

/** File systems without a birth time report 0. */
function createdOf(stats: Stats): number | undefined {
  return stats.birthtimeMs > 0 ? Math.min(stats.birthtimeMs, stats.mtimeMs) : undefined;
}
