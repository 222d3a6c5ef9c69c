import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const module = new URL('../../../server/observability/buffered-output.js', import.meta.url).href;
const lines = 60_000;
/** Writes 60 MB of lines while nobody reads them, and tells on standard error what that took. */
const program = `
  const { bufferedOutput } = await import('${module}');
  const output = bufferedOutput(1);
  const before = process.memoryUsage().rss;
  const text = 'x'.repeat(1000);
  let written = 0;
  const write = () => {
    for (let turn = 0; turn < 100; turn += 1) output.write(JSON.stringify({ number: written++, text }) + '\\n');
    if (written < ${lines}) setImmediate(write);
    else process.stderr.write(String(Math.round((process.memoryUsage().rss - before) / 1024 ** 2)));
  };
  write();
`;

test('a log that nobody reads takes no more memory than its bound, and tells how many lines it lost', async (t) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  t.after(() => child.kill());
  const told: unknown[] = await once(child.stderr, 'data');
  assert.ok(Number(String(told[0])) < 150, `${String(told[0])} MB`);
  let read = 0;
  let dropped: unknown;
  for await (const text of createInterface(child.stdout)) {
    const line: unknown = JSON.parse(text);
    assert.ok(typeof line === 'object' && line !== null);
    if ('lines' in line) dropped = line.lines;
    else read += 1;
  }
  assert.ok(read < lines / 2);
  assert.equal(dropped, lines - read);
});

/** Two lines, of which the second comes to be written while the first still is, and nothing after. */
const pair = `
  const { bufferedOutput } = await import('${module}');
  const output = bufferedOutput(1);
  setInterval(() => undefined, 1000);
  output.write(JSON.stringify({ part: 1, text: 'x'.repeat(300_000) }) + '\\n');
  setTimeout(() => {
    output.write(JSON.stringify({ part: 2 }) + '\\n');
    setTimeout(() => process.stderr.write('now'), 100);
  }, 50);
`;

test('a line that comes while others are being written is out without a further one', async (t) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', pair]);
  t.after(() => child.kill());
  // The first is longer than a pipe holds, and is being written until somebody reads it.
  await once(child.stderr, 'data');
  const read: unknown[] = [];
  const late = setTimeout(() => child.kill(), 10_000);
  for await (const text of createInterface(child.stdout)) {
    const line: unknown = JSON.parse(text);
    assert.ok(typeof line === 'object' && line !== null && 'part' in line);
    read.push(line.part);
    if (line.part === 2) break;
  }
  clearTimeout(late);
  assert.deepEqual(read, [1, 2]);
});
