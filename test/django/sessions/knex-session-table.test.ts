import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test, type TestContext } from 'node:test';
import { KnexSessionTable } from '../../../src/django/sessions/knex-session-table.js';
import { openSqlite } from '../../../src/database/sqlite.js';
import { isFailure } from '../../../src/failure.js';
import { sampleDatabase } from '../sample-database.js';
import { reading } from './setting.js';

const key = 'abcdefgh12345678';

/** A table with one session that ends at a time, as the database holds it. */
function tableWith(t: TestContext, expires: string, timeZone?: string) {
  const database = sampleDatabase(t);
  database.change(`insert into django_session values ('${key}', 'signed', '${expires}')`);
  const knex = openSqlite({ file: database.file });
  t.after(() => knex.destroy());
  const table = 'django_session';
  return {
    database,
    table: new KnexSessionTable(knex, { kind: 'sqlite', table, ...(timeZone ? { timeZone } : {}) }),
  };
}

describe('the session table', () => {
  const times: [stored: string, zone: string | undefined, expected: string][] = [
    ['2026-01-14 12:34:56.789123', undefined, '2026-01-14T12:34:56.789Z'],
    ['2026-01-14 12:34:56', undefined, '2026-01-14T12:34:56.000Z'],
    ['2026-01-14 12:34:56.7', 'UTC', '2026-01-14T12:34:56.700Z'],
    ['2026-01-14 12:34:56', 'America/New_York', '2026-01-14T17:34:56.000Z'],
    ['2026-07-14 12:34:56', 'America/New_York', '2026-07-14T16:34:56.000Z'],
    ['2026-01-14 00:00:00', 'Asia/Kolkata', '2026-01-13T18:30:00.000Z'],
    // Clocks go back: of the two, the earlier.
    ['2026-11-01 01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-10-25 02:30:00.5', 'Europe/Berlin', '2026-10-25T00:30:00.500Z'],
    ['2026-10-25 01:59:59', 'Europe/Berlin', '2026-10-24T23:59:59.000Z'],
    ['2026-10-25 03:00:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
    // Clocks go forward: there is no such time.
    ['2026-03-29 02:30:00', 'Europe/Berlin', '2026-03-29T00:30:00.000Z'],
  ];
  for (const [stored, zone, expected] of times) {
    test(`reads ${stored} in ${zone ?? 'its default zone'}`, async (t) => {
      const row = await tableWith(t, stored, zone).table.read(key);
      assert.equal(row?.data, 'signed');
      assert.equal(new Date(row.expires).toISOString(), expected);
    });
  }

  test('has no row under another key', async (t) => {
    const { table } = tableWith(t, '2026-01-14 12:34:56');
    for (const other of ['', 'abcdefgh', `${key} `, key.toUpperCase(), '%']) {
      assert.equal(await table.read(other), undefined);
    }
  });

  test('has no row that ends at no time', async (t) => {
    assert.equal(await tableWith(t, 'tomorrow').table.read(key), undefined);
  });

  test('knows no time zone of its own invention', (t) => {
    assert.throws(() => tableWith(t, '2026-01-14 12:34:56', 'Mars/Olympus'), RangeError);
  });

  test('is unavailable when the database is, and not for another moment', async (t) => {
    const { database, table } = tableWith(t, '2026-01-14 12:34:56');
    const users = reading(t, database.file);
    rmSync(database.file);
    const unavailable = (error: unknown) => isFailure(error, 'unavailable') && error.cause !== undefined;
    await assert.rejects(table.read(key), unavailable);
    await assert.rejects(users.find(key), unavailable);
    database.restore();
    assert.equal(await table.read(key), undefined);
    assert.equal(await users.find(key), undefined);
  });

  test('is not asked for what cannot be a key', async (t) => {
    const { database } = tableWith(t, '2026-01-14 12:34:56');
    const users = reading(t, database.file);
    database.remove();
    for (const cookie of ['', 'short', 'x'.repeat(41), 'ABCDEFGH', 'abcdefg\0', "' or 1=1 --"]) {
      assert.equal(await users.find(cookie), undefined);
    }
  });
});
