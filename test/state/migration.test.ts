import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import knex, { type Knex } from 'knex';
import type { StateLocation } from '../../src/state/database.js';
import type { Migration } from '../../src/state/migration.js';
import { locksAndProperties } from '../../src/state/migrations/0001-locks-and-properties.js';
import { loginFailures } from '../../src/state/migrations/0002-login-failures.js';
import { openPostgresqlState } from '../../src/state/postgresql.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { failing } from '../contracts/failing.js';
import { onServer } from '../helpers/paths.js';
import { propertyLimits } from '../dav/limits.js';
import { databases, openState } from './databases.js';

/** Opens a database as the version before did. */
async function openOld(location: StateLocation): Promise<Knex> {
  const database =
    location.kind === 'sqlite'
      ? knex({ client: 'better-sqlite3', connection: { filename: location.file }, useNullAsDefault: true })
      : openPostgresqlState(location.server);
  const steps: Migration[] = [locksAndProperties, loginFailures];
  await database.migrate.latest({
    migrationSource: {
      getMigrations: () => Promise.resolve(steps),
      getMigrationName: ({ name }: Migration) => name,
      getMigration: (migration: Migration) => Promise.resolve(migration),
    },
  });
  return database;
}

const [docs, attic] = [onServer('/docs'), onServer('/attic')];
const rows = [
  { path: '/docs/\u{1f600}', parent: '/docs', name: '{x:}p', value: '<p xmlns="x:">\u00e4</p>' },
  { path: '/docs/b', parent: '/docs', name: '{x:}p', value: 'x'.repeat(1_000_000) },
  { path: '/attic/c', parent: '/attic', name: '{x:}p', value: 'c' },
  { path: '/gone/d', parent: '/gone', name: '{x:}p', value: 'd' },
];
const bytesBelow = (share: string): number =>
  rows
    .filter(({ path }) => path.startsWith(`${share}/`))
    .reduce((sum, row) => sum + Buffer.byteLength(row.path + row.name + row.value), 0);

for (const database of await databases()) {
  describe(`a ${database.name} database of the version before`, () => {
    test('is read as it was, and counted to the shares that are declared now', async (t) => {
      const location = await database.locate(t);
      const old = await openOld(location);
      await old('properties').insert(rows);
      await old.destroy();

      const state = await openState(t, location);
      const counted = new Map<string, number>();
      const quotas = new Map(
        [docs, attic].map((share) => [
          share,
          {
            reserve: () => Promise.reject(new Error('Nothing is added.')),
            countElsewhere: () => Promise.reject(new Error('Nothing is added.')),
            beginElsewhere: (bytes: number) => {
              counted.set(share, (counted.get(share) ?? 0) + bytes);
              return Promise.resolve();
            },
          },
        ]),
      );
      const store = new SqlPropertyStore(state, propertyLimits, quotas);
      await store.open([docs, attic]);
      for (const { path, name, value } of rows) {
        assert.equal((await store.get(onServer(path))).get(name), value);
      }
      const expected = new Map([docs, attic].map((share) => [share, bytesBelow(share)]));
      assert.deepEqual(counted, expected);

      // A share that stands elsewhere from now on.
      const full = { ...propertyLimits, perShare: bytesBelow('/gone') };
      const later = new SqlPropertyStore(state, full);
      await later.open([attic, onServer('/gone')]);
      const changes = [{ name: '{x:}q', value: '' }];
      const owner = { principal: 'alice', share: onServer('/gone') };
      await assert.rejects(later.patch(onServer('/gone/d'), changes, owner), failing('insufficient-storage'));
      await later.removeTree(onServer('/gone/d'));
      await later.patch(onServer('/gone/d'), changes, owner);
    });
  });
}
