import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Rows that are changed between two turns of the event loop. */
const rowsPerPage = 1000;

/**
 * A tree of properties in parts, each a condition for `where`: the root, then what is below it, some paths after the
 * others. Other requests have their turns between them.
 */
export async function* pagesOf(database: Knex, root: string): AsyncGenerator<Knex.QueryCallback> {
  yield (query) => {
    void query.where('path', root);
  };
  const base = root === '/' ? '' : root;
  const end = `${base}0`;
  for (let after: string | undefined = `${base}/`; after !== undefined;) {
    const start: string = after;
    const last = await database<{ path: string }>('properties')
      .where('path', '>', start)
      .andWhere('path', '<', end)
      .orderBy('path')
      .offset(rowsPerPage - 1)
      .first('path');
    yield (query) => {
      void query.where('path', '>', start);
      if (last) void query.andWhere('path', '<=', last.path);
      else void query.andWhere('path', '<', end);
    };
    after = last?.path;
    if (last) await setImmediate();
  }
}
