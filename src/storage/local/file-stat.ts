import type { Stats } from 'node:fs';
import type { CollectionStat, FileStat, ResourceStat } from '../storage.js';

/** A file-system stat as a resource; undefined for what is neither file nor folder. */
export function resourceStatOf(stats: Stats): ResourceStat | undefined {
  if (stats.isFile()) return fileStatOf(stats);
  if (!stats.isDirectory()) return undefined;
  return new LocalCollectionStat(stats);
}

/**
 * A file's stat. Its entity tag is made of inode, size and both times: the change time moves with every write and,
 * unlike the modification time, cannot be set back; but it ticks in milliseconds while inodes are used again at once,
 * and there `freshModificationTime` tells two writes apart.
 */
export function fileStatOf(stats: Stats): FileStat {
  return new LocalFileStat(stats);
}

/**
 * A folder's stat. Its entity tag is made of inode and both times, which move whenever a member comes, goes or is
 * replaced. It is weak: two changes in one tick of the file system's clock, some milliseconds, may leave the same tag.
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

  /** Made when it is asked for: most listings do without. */
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

  /** Made when it is asked for: most listings do without. */
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
 * Now, in seconds since the epoch, or a little after the answer before: never the same time twice. Two microseconds
 * after it, since Node sets times to whole ones and a double is not exact to one.
 */
export function freshModificationTime(): number {
  lastModification = Math.max(Date.now(), lastModification + 0.002);
  return lastModification / 1000;
}

let given = 1;

/**
 * A time that a client wants a file to have, in seconds since the epoch: exact to a millisecond. The microseconds are
 * a count of odd ones, so that two files that were written in one tick of the change time's clock do not share all they have.
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
