import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pagesOf } from '../../src/state/property-pages.js';
import { openStateDatabase } from '../../src/state/database.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { onServer } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { propertyLimits } from '../dav/limits.js';

test('a tree of properties comes in pages of few bytes, each row once, and no resource is parted', async (t) => {
  const database = await openStateDatabase({
    kind: 'sqlite',
    file: join(temporaryFolder(t), 'state.sqlite3'),
  });
  t.after(() => database.destroy());
  const store = new SqlPropertyStore(database, propertyLimits);
  const owner = { principal: 'alice', share: onServer('/docs') };
  const value = 'v'.repeat(50_000);
  const paths = ['/docs/a', ...Array.from({ length: 40 }, (_, index) => `/docs/a/${index}`), '/docs/b'];
  for (const path of paths) {
    const changes = ['one', 'two'].map((name) => ({ name, value }));
    await store.patch(onServer(path), changes, owner);
  }
  const seen: string[] = [];
  for await (const page of pagesOf(database.knex, '/docs/a')) {
    const rows = await database
      .knex<{ path: string; bytes: number }>('properties')
      .where(page)
      .select('path', 'bytes');
    assert.ok(rows.reduce((sum, { bytes }) => sum + bytes, 0) <= 700_000);
    seen.push(...rows.map(({ path }) => path));
  }
  const expected = paths.filter((path) => path.startsWith('/docs/a')).flatMap((path) => [path, path]);
  assert.deepEqual(seen.sort(), expected.sort());
});
