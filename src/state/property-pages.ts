import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Rows, and bytes of properties, that are changed between two turns of the event loop. */
const rowsPerPage = 1000;
const bytesPerPage = 512 * 1024;

/**
 * A tree of properties in parts, each a condition for `where`: the root, then what is below it, some paths after the
 * others. Other requests have their turns between them. What one resource has is never parted.
 */
export async function* pagesOf(database: Knex, root: string): AsyncGenerator<Knex.QueryCallback> {
  yield (query) => {
    void query.where('path', root);
  };
  const base = root === '/' ? '' : root;
  const end = `${base}0`;
  let start = `${base}/`;
  const upTo = (last: string): Knex.QueryCallback => {
    const after = start;
    start = last;
    return (query) => {
      void query.where('path', '>', after).andWhere('path', '<=', last);
    };
  };
  for (;;) {
    const rows = await database<{ path: string; bytes: number }>('properties')
      .where('path', '>', start)
      .andWhere('path', '<', end)
      .orderBy('path')
      .limit(rowsPerPage)
      .select('path', 'bytes');
    for (const last of lastPaths(rows)) {
      yield upTo(last);
      await setImmediate();
    }
    if (rows.length < rowsPerPage) break;
  }
  // What has come in the meantime, where others may write.
  const after = start;
  yield (query) => {
    void query.where('path', '>', after).andWhere('path', '<', end);
  };
}

/** The last path of each page that these rows, in the order of their paths, fill, and of what is left of them. */
function lastPaths(rows: readonly { readonly path: string; readonly bytes: number }[]): string[] {
  const found: string[] = [];
  let bytes = 0;
  let last: string | undefined;
  for (const row of rows) {
    if (last !== undefined && row.path !== last && bytes + row.bytes > bytesPerPage) {
      found.push(last);
      bytes = 0;
    }
    bytes += row.bytes;
    last = row.path;
  }
  return last === undefined ? found : [...found, last];
}
