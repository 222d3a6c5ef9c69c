import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { environmentOf } from '../../clients/helpers/site-processes.js';
import { until } from '../../helpers/until.js';
import { answersAgain, oddSite, pidsIn, unavailable } from './odd-site.js';

for (const name of ['it-answers-without-nonce', 'it-answers-once-more']) {
  test(`what ${name.replace('it-', '')} is believed nothing, and is replaced`, async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 1, patience: 60_000 });
    if (name === 'it-answers-once-more') assert.ok(await pool.signIn(name, 'sesame'));
    else await pool.loaded();
    const before = pool.pids;
    await assert.rejects(pool.signIn(name, 'sesame'), unavailable);
    assert.deepEqual(site.notes, ['The site\u2019s Python broke the protocol.']);
    await answersAgain(pool);
    assert.equal(pool.pids.length, 1);
    assert.notDeepEqual(pool.pids, before);
  });
}

test('the memory of a process leaves it by no core and by no file', async (t) => {
  const site = oddSite(t);
  const pool = site.pool({ size: 1, patience: 600_000 });
  assert.ok(await pool.signIn('it-keeps-its-memory', 'sesame'), 'not dumpable');
  const waiting = assert.rejects(pool.signIn('it-hangs', 'a very secret word'), unavailable);
  await until(() => existsSync(join(site.folder, 'pids')), 'it hangs');
  const [leader] = pool.pids;
  for (const pid of [...pidsIn(site.folder), String(leader)]) {
    // Of 0 bytes would not hold for a pipe.
    assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +1 +1 /m);
  }
  await pool.close();
  await waiting;
});

test('a password is nowhere but on the way to the process', async (t) => {
  const site = oddSite(t);
  const pool = site.pool({ size: 1, patience: 600_000 });
  const waiting = assert.rejects(pool.signIn('it-hangs', 'a very secret word'), unavailable);
  await until(() => existsSync(join(site.folder, 'pids')), 'it hangs');
  for (const pid of [...pidsIn(site.folder), ...pool.pids.map(String)]) {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    assert.ok(line.length > 0);
    assert.doesNotMatch(line + environmentOf(pid), /a very secret word/);
  }
  await pool.close();
  await waiting;
});
