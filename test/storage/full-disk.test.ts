import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { outcomeOf } from '../clients/helpers/programs.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

const child = new URL('full-disk-child.js', import.meta.url).pathname;
const mountAndRun = 'mount -t tmpfs -o size=1m,mode=777 none "$1" && exec "$2" "$3" "$1"';
const limitAndRun = 'trap "" XFSZ; ulimit -f 2048 && exec "$2" "$3" "$1"';

/** Ways to a file system that ends after a mebibyte, the real one first. */
const ways: readonly (readonly [name: string, program: string, args: readonly string[], told: string])[] = [
  ['a mount', 'unshare', ['-m', 'sh', '-c', mountAndRun], 'insufficient-storage sufficient-disk-space'],
  ['a mount', 'unshare', ['-rm', 'sh', '-c', mountAndRun], 'insufficient-storage sufficient-disk-space'],
  // Where nothing may be mounted, the kernel at least refuses files that grow too large.
  ['a limit', 'sh', ['-c', limitAndRun], 'too-large'],
];

async function onSmallDisk(t: TestContext): Promise<{ way: string; told: string; out: string }> {
  const complaints: string[] = [];
  for (const [way, program, args, told] of ways) {
    const all = [...args, 'sh', temporaryFolder(t), process.execPath, child];
    const { code, out, error } = await outcomeOf(program, all);
    if (code === 0) return { way, told, out };
    complaints.push(`${program}: ${error}`);
  }
  throw new Error(`There is no way to a small disk.\n${complaints.join('\n')}`);
}

test('A full disk is told as that, and nothing is left of what did not fit', async (t) => {
  const { way, told, out } = await onSmallDisk(t);
  t.diagnostic(`a small disk by ${way}`);
  const report: unknown = JSON.parse(out);
  assert.deepEqual(report, {
    outcomes: [told, told],
    copied: way === 'a mount' ? told : 'done',
    after: 'done',
    names: ['file', 'later'],
    text: 'old',
    left: ['file', 'later'],
  });
});
