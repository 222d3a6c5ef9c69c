import type { Entry, FileStat, ResourceStat } from '../storage.js';

/** A stat without methods, to send to another process. */
export function plainStat(stat: ResourceStat): ResourceStat {
  return stat.kind === 'file' ? plainFileStat(stat) : { ...times(stat), kind: 'collection', etag: stat.etag };
}

export function plainFileStat(stat: FileStat): FileStat {
  return { ...times(stat), kind: 'file', size: stat.size, etag: stat.etag };
}

export function plainEntry({ name, stat, link }: Entry): Entry {
  return { name, stat: plainStat(stat), ...(link && { link }) };
}

function times({ modified, created }: ResourceStat): Pick<ResourceStat, 'modified' | 'created'> {
  return { modified, created };
}
