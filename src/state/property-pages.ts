import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Rows, and bytes of properties, to change between two turns of the event loop. */
const rowsPerPage = 1000;
const bytesPerPage = 512 * 1024;

/**
 * A tree of properties in pages, each a condition for `where`: first the root, then the paths below it in order. Other
 * requests get their turns in between. The properties of one resource are always on one page.
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
  // Rows that have been added in the meantime, if others may write.
  const after = start;
  yield (query) => {
    void query.where('path', '>', after).andWhere('path', '<', end);
  };
}

/**
 * The last path of each page into which these rows, in the order of their paths, are divided, including the last,
 * partial page.
 */
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
