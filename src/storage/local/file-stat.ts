import type { Stats } from 'node:fs';
import type { FileStat, ResourceStat } from '../storage.js';

/** A file-system stat as a resource; undefined for what is neither file nor folder. */
export function resourceStatOf(stats: Stats): ResourceStat | undefined {
  if (stats.isFile()) return fileStatOf(stats);
  if (!stats.isDirectory()) return undefined;
  return { kind: 'collection', modified: stats.mtimeMs, created: createdOf(stats) };
}

/**
 * A file's stat. Its entity tag is made of inode, size and change time: the change time moves with every write and,
 * unlike the modification time, cannot be set back.
 */
export function fileStatOf(stats: Stats): FileStat {
  const changed = Math.round(stats.ctimeMs * 1000).toString(36);
  return {
    kind: 'file',
    size: stats.size,
    modified: stats.mtimeMs,
    created: createdOf(stats),
    etag: `"${stats.ino.toString(36)}-${stats.size.toString(36)}-${changed}"`,
  };
}

/** File systems without a birth time report 0. */
function createdOf(stats: Stats): number | undefined {
  return stats.birthtimeMs > 0 ? Math.min(stats.birthtimeMs, stats.mtimeMs) : undefined;
}
