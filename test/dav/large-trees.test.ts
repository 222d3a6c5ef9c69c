import assert from 'node:assert/strict';
import { existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openStateDatabase } from '../../src/state/database.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { outcomeOf } from '../clients/helpers/programs.js';
import { onServer } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

const child = new URL('large-tree-child.js', import.meta.url).pathname;

/** MiB: some more than the engine needs for a small folder; the names and stats of a large one need twice as much. */
const heap = 20;

/** Milliseconds that other requests may wait, on a machine that does other things too. */
const bearable = 1000;

/** A folder `tree` with so many files. */
function grow(t: TestContext, files: number): string {
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'tree'));
  // Links are made faster than files; few, since file systems limit them.
  for (let index = 0; index < files; index += 1) {
    const path = join(root, 'tree', `a-member-with-a-longish-name-${index}`);
    if (index % 1000 === 0) writeFileSync(path, 'x');
    else linkSync(join(root, 'tree', `a-member-with-a-longish-name-${index - (index % 1000)}`), path);
  }
  return root;
}

interface Report {
  readonly status: number;
  readonly bytes: number;
  /** Turns that other requests had. */
  readonly turns: number;
  readonly milliseconds: number;
  readonly longest: number;
}

async function ask(
  t: TestContext,
  root: string,
  method: string,
  state = join(temporaryFolder(t), 'state'),
): Promise<Report> {
  const args = [`--max-old-space-size=${heap}`, child, root, state, method];
  const { code, out, error } = await outcomeOf(process.execPath, args);
  assert.equal(code, 0, error.slice(-400));
  const report: unknown = JSON.parse(out);
  assert.ok(isReport(report), out);
  return report;
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'status' in value && 'longest' in value;
}

/** A slice takes ten milliseconds, or the step that goes beyond them: the more time it all takes, the more turns. */
function assertShared({ turns, milliseconds, longest }: Omit<Report, 'status' | 'bytes'>): void {
  assert.ok(turns > milliseconds / 100, `${turns} turns in ${milliseconds} ms`);
  assert.ok(longest < bearable, `${longest} ms`);
}

describe(`With a heap of ${heap} MiB`, () => {
  test('a folder of 100,000 members is listed', async (t) => {
    const { status, bytes, ...loop } = await ask(t, grow(t, 100_000), 'PROPFIND');
    assert.equal(status, 207);
    assert.ok(bytes > 100_000 * 200);
    assertShared(loop);
  });

  test('a folder is listed whose members have more properties than there is room for, and locks', async (t) => {
    const members = 10_000;
    const value = 'v'.repeat(4000);
    const file = join(temporaryFolder(t), 'state');
    const database = await openStateDatabase({ kind: 'sqlite', file });
    await database.knex.transaction(async (transaction) => {
      for (let from = 0; from < members; from += 100) {
        const rows = Array.from({ length: 100 }, (_, index) => ({
          path: `/docs/tree/a-member-with-a-longish-name-${from + index}`,
          parent: '/docs/tree',
          name: '{x:}p',
          principal: 'bob',
          share: '/docs',
          bytes: 4100,
          value: `<p xmlns="x:">${value}</p>`,
        }));
        await transaction('properties').insert(rows);
      }
    });
    const locks = new SqlLockStore(database, Date.now);
    for (let lock = 0; lock < 3; lock += 1) {
      await locks.acquire({
        root: onServer('/docs/tree'),
        depth: 'infinity',
        scope: 'shared',
        principal: 'bob',
        owner: `<D:owner xmlns:D="DAV:">${'o'.repeat(900)}</D:owner>`,
        timeoutSeconds: 3600,
      });
    }
    await database.destroy();
    const { status, bytes, ...loop } = await ask(t, grow(t, members), 'PROPFIND', file);
    assert.equal(status, 207);
    assert.ok(bytes > members * (4000 + 3 * 900), `${bytes} bytes`);
    assertShared(loop);
  });

  test('a folder of 100,000 members is removed, and other requests have their turns', async (t) => {
    const root = grow(t, 100_000);
    const { status, ...loop } = await ask(t, root, 'DELETE');
    assert.equal(status, 204);
    assert.ok(!existsSync(join(root, 'tree')));
    assertShared(loop);
  });

  test('a folder of 10,000 members is copied, and other requests have their turns', async (t) => {
    const root = grow(t, 10_000);
    const { status, ...loop } = await ask(t, root, 'COPY');
    assert.equal(status, 201);
    assert.equal(readdirSync(join(root, 'copy')).length, 10_000);
    assertShared(loop);
  });
});
