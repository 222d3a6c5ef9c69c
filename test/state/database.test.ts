import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openStateDatabase, type StateDatabase } from '../../src/state/database.js';
import { ancestry } from '../../src/state/paths.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { failing } from '../contracts/failing.js';
import { onServer } from '../helpers/paths.js';
import { propertyLimits } from '../dav/limits.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { openSqlite } from './databases.js';

const owner = { principal: 'alice', share: onServer('/') };

describe('the state database', () => {
  test('is made with its folder where there is none', async (t) => {
    const file = join(temporaryFolder(t), 'var/deep/state.sqlite3');
    await openSqlite(t, file);
    assert.ok(existsSync(file));
  });

  const modesIn = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
    );
  const closed = { 'state.sqlite3': '600', 'state.sqlite3-shm': '600', 'state.sqlite3-wal': '600' };

  test('is its owner\u2019s alone, with what SQLite keeps beside it and the folder that is made', async (t) => {
    const before = process.umask(0);
    t.after(() => process.umask(before));
    const parent = temporaryFolder(t);
    const file = join(parent, 'var/state.sqlite3');
    const properties = new SqlPropertyStore(await openSqlite(t, file), propertyLimits);
    await properties.patch(onServer('/a'), [{ name: '{x:}p', value: '' }], owner);
    assert.equal(modesIn(parent).var, '700');
    assert.deepEqual(modesIn(join(parent, 'var')), closed);
  });

  test('is closed to others where an earlier davgate left it open to them, also behind a link', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'state.sqlite3');
    const earlier = await openSqlite(t, file);
    const change = { name: '{x:}p', value: '' };
    await new SqlPropertyStore(earlier, propertyLimits).patch(onServer('/a'), [change], owner);
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    const links = temporaryFolder(t);
    symlinkSync(file, join(links, 'state'));
    const database = await openSqlite(t, join(links, 'state'));
    assert.equal((await new SqlPropertyStore(database, propertyLimits).get(onServer('/a'))).size, 1);
    assert.deepEqual(modesIn(folder), closed);
  });

  interface Hostile {
    readonly name: string;
    /** Puts a link of another user's, where the caller is root, into the state's folder. */
    readonly put: (folder: string, victim: string) => void;
    /** The state's folder can be written by others. */
    readonly open?: true;
  }
  const linkOf = (target: string, path: string): void => {
    symlinkSync(target, path);
    if (process.geteuid?.() === 0) lchownSync(path, 65534, 65534);
  };
  const hostile: readonly Hostile[] = [
    ...['-wal', '-shm', '-journal'].map((suffix): Hostile => ({
      name: `its ${suffix} file`,
      put: (folder, victim) => {
        linkOf(victim, join(folder, `state.sqlite3${suffix}`));
      },
    })),
    {
      name: 'its file',
      open: true,
      put: (folder, victim) => {
        linkOf(victim, join(folder, 'state.sqlite3'));
      },
    },
    {
      name: 'its file, which leads nowhere yet',
      open: true,
      put: (folder, victim) => {
        linkOf(`${victim}-new`, join(folder, 'state.sqlite3'));
      },
    },
    {
      name: 'a second link behind one of our own',
      open: true,
      put: (folder, victim) => {
        const own = `${victim}-own`;
        mkdirSync(own, { mode: 0o700 });
        linkOf(`${victim}-new`, join(folder, 'second'));
        symlinkSync(join(folder, 'second'), join(own, 'state.sqlite3'));
      },
    },
    {
      name: 'a hard link beside it',
      open: true,
      put: (folder, victim) => {
        linkSync(victim, join(folder, 'state.sqlite3-shm'));
      },
    },
  ];
  for (const { name, put, open } of hostile) {
    test(`follows no link that others can put there: ${name}`, async (t) => {
      const folder = temporaryFolder(t);
      const victim = join(temporaryFolder(t), 'victim');
      writeFileSync(victim, '');
      chmodSync(victim, 0o644);
      if (open) chmodSync(folder, 0o777);
      if (process.geteuid?.() === 0) chownSync(folder, 65534, 65534);
      put(folder, victim);
      const own = join(`${victim}-own`, 'state.sqlite3');
      const file = existsSync(`${victim}-own`) ? own : join(folder, 'state.sqlite3');
      await assert.rejects(openStateDatabase({ kind: 'sqlite', file }), (error: Error) => {
        failing('unavailable')(error);
        return error.message.includes(
          'is a link, in a place where users other than this one and root can put one',
        );
      });
      assert.equal(statSync(victim).mode & 0o777, 0o644);
      assert.equal(existsSync(`${victim}-new`), false);
    });
  }

  test('in a folder that the kernel makes nothing in is unavailable, and no endless attempt', async () => {
    const file = '/proc/davgate/deep/state.sqlite3';
    await assert.rejects(openStateDatabase({ kind: 'sqlite', file }), failing('unavailable'));
  });

  test('opened again has the same schema, the same migrations and what was in it', async (t) => {
    const file = join(temporaryFolder(t), 'state.sqlite3');
    const shape = async (database: StateDatabase): Promise<unknown[]> => [
      await database.knex('sqlite_master').select('type', 'name', 'sql').orderBy('name'),
      await database.knex('knex_migrations').select('*'),
    ];
    const first = await openStateDatabase({ kind: 'sqlite', file });
    const before = await shape(first);
    await new SqlPropertyStore(first, propertyLimits).patch(
      onServer('/a'),
      [{ name: '{x:}p', value: 'kept' }],
      owner,
    );
    await first.destroy();
    const second = await openSqlite(t, file);
    assert.deepEqual(await shape(second), before);
    const kept = await new SqlPropertyStore(second, propertyLimits).get(onServer('/a'));
    assert.deepEqual(kept, new Map([['{x:}p', 'kept']]));
  });

  test('is open twice at once: what one writes the other reads', async (t) => {
    const file = join(temporaryFolder(t), 'state.sqlite3');
    const [one, two] = [await openSqlite(t, file), await openSqlite(t, file)];
    await new SqlPropertyStore(one, propertyLimits).patch(
      onServer('/a'),
      [{ name: '{x:}p', value: '1' }],
      owner,
    );
    assert.equal((await new SqlPropertyStore(two, propertyLimits).get(onServer('/a'))).get('{x:}p'), '1');
  });

  test('keeps what it acknowledged through a power cut, and lets readers go on while it writes', async (t) => {
    const database = await openSqlite(t);
    assert.deepEqual(await database.knex.raw('pragma journal_mode'), [{ journal_mode: 'wal' }]);
    assert.deepEqual(await database.knex.raw('pragma synchronous'), [{ synchronous: 2 }]);
  });

  test('that is no database, or a folder, or where nothing can be, is unavailable', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'text'), 'not a database at all\n'.repeat(100));
    mkdirSync(join(folder, 'folder'));
    for (const file of ['text', 'folder', 'text/below']) {
      await assert.rejects(
        openStateDatabase({ kind: 'sqlite', file: join(folder, file) }),
        failing('unavailable'),
        file,
      );
    }
  });

  test('that has gone makes every question unavailable', async (t) => {
    const database = await openSqlite(t);
    const properties = new SqlPropertyStore(database, propertyLimits);
    const locks = new SqlLockStore(database, Date.now);
    await database.knex.schema.dropTable('properties');
    await database.knex.schema.dropTable('locks');
    const path = onServer('/a');
    const questions = [
      properties.get(path),
      properties.members(path, 'all'),
      properties.patch(path, [{ name: '{x:}p', value: '' }], owner),
      properties.copyTree(path, onServer('/b'), 'infinity', owner),
      properties.moveTree(path, onServer('/b'), owner.share),
      properties.removeTree(path),
      locks.acquire({
        root: path,
        depth: '0',
        scope: 'shared',
        principal: 'alice',
        owner: '',
        timeoutSeconds: 1,
      }),
      locks.refresh('urn:uuid:0', 1),
      locks.remove('urn:uuid:0'),
      locks.covering(path),
      locks.below(path),
      locks.removeTree(path),
      locks.moveTree(path),
    ];
    for (const outcome of await Promise.allSettled(questions)) {
      assert.equal(outcome.status, 'rejected');
      failing('unavailable')(outcome.reason);
    }
  });
});

describe('a patch that fails half-way', () => {
  test('leaves every property as it was', async (t) => {
    const database = await openSqlite(t);
    const store = new SqlPropertyStore(database, propertyLimits);
    await store.patch(onServer('/a'), [{ name: '{x:}kept', value: 'old' }], owner);
    await database.knex.raw(
      "create trigger refuse before insert on properties when new.name = '{x:}bad' begin select raise(abort, 'no'); end",
    );
    const changes = [
      { name: '{x:}kept', value: 'new' },
      { name: '{x:}other', value: 'new' },
      { name: '{x:}bad', value: 'new' },
      { name: '{x:}kept', value: undefined },
    ];
    await assert.rejects(store.patch(onServer('/a'), changes, owner), failing('unavailable'));
    assert.deepEqual(await store.get(onServer('/a')), new Map([['{x:}kept', 'old']]));
  });

  test('so does a tree that is copied or moved', async (t) => {
    const database = await openSqlite(t);
    const store = new SqlPropertyStore(database, propertyLimits);
    for (const path of ['/a', '/a/b', '/to', '/to/c']) {
      await store.patch(onServer(path), [{ name: '{x:}p', value: path }], owner);
    }
    for (const event of ['insert', 'update']) {
      await database.knex.raw(
        `create trigger refuse_${event} before ${event} on properties when new.path = '/to/b' begin select raise(abort, 'no'); end`,
      );
    }
    const copying = store.copyTree(onServer('/a'), onServer('/to'), 'infinity', owner);
    await assert.rejects(copying, failing('unavailable'));
    await assert.rejects(
      store.moveTree(onServer('/a'), onServer('/to'), owner.share),
      failing('unavailable'),
    );
    for (const path of ['/a', '/a/b', '/to', '/to/c']) {
      assert.equal((await store.get(onServer(path))).get('{x:}p'), path);
    }
  });
});

test('the ancestry of a path is itself and all that it lies in', () => {
  assert.deepEqual(ancestry('/'), ['/']);
  assert.deepEqual(ancestry('/a'), ['/', '/a']);
  assert.deepEqual(ancestry('/a/b c/\u{1f600}'), ['/', '/a', '/a/b c', '/a/b c/\u{1f600}']);
});
