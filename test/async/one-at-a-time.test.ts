import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAtATime } from '../../src/async/one-at-a-time.js';
import { deferred, settled } from '../credentials/setting.js';

test('work that is asked for while it is done is done once more, and never twice at a time', async () => {
  const runs: ReturnType<typeof deferred>[] = [];
  const ask = oneAtATime(() => {
    const run = deferred();
    runs.push(run);
    return run.promise;
  });
  const first = ask();
  let answered = 0;
  const more = [ask(), ask(), ask()].map((asked) => asked.then(() => (answered += 1)));
  await settled();
  assert.equal(runs.length, 1);
  runs[0]?.resolve();
  await first;
  await settled();
  assert.deepEqual([runs.length, answered], [2, 0], 'what was under way may have begun too early');
  const last = ask();
  runs[1]?.resolve();
  await Promise.all(more);
  await settled();
  assert.equal(runs.length, 3);
  runs[2]?.resolve();
  await last;
  void ask();
  assert.equal(runs.length, 4, 'nothing is being done any more: it begins at once');
});
