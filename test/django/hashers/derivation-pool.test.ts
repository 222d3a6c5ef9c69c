import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, test, type TestContext } from 'node:test';
import type { Derivation } from '../../../src/django/hashers/derivation.js';
import { DerivationPool } from '../../../src/django/hashers/derivation-pool.js';
import { derive } from '../../../src/django/hashers/derive.js';
import { isFailure } from '../../../src/failure.js';

const obedient = new URL('./obedient-worker.js', import.meta.url);
const cheap: Derivation = { kind: 'pbkdf2', digest: 'sha256', salt: 'salt', iterations: 10 };
const dear: Derivation = { ...cheap, iterations: 300_000 };

const unavailable = (error: unknown): boolean =>
  isFailure(error, 'unavailable') && error.headers[0]?.join() === 'Retry-After,1';

function pool(t: TestContext, options: { size?: number; waiting?: number; program?: URL } = {}) {
  const made = new DerivationPool({ size: 2, ...options });
  t.after(() => made.close());
  return made;
}

describe('DerivationPool', () => {
  const every: Derivation[] = [
    cheap,
    { ...cheap, digest: 'sha1' },
    {
      kind: 'argon2',
      variant: 'argon2id',
      version: 19,
      memory: 64,
      passes: 1,
      lanes: 2,
      salt: Buffer.from('long enough'),
      length: 32,
    },
    { kind: 'bcrypt', prehashed: true, cost: 4, salt: 'a'.repeat(21) + 'u' },
    { kind: 'bcrypt', prehashed: false, cost: 4, salt: 'a'.repeat(21) + 'u' },
    { kind: 'scrypt', salt: 'salt', cost: 16, blockSize: 8, parallelism: 5 },
    { kind: 'digest', digest: 'md5', salt: 'salt' },
    { kind: 'crypt', salt: 'ab' },
  ];
  test('derives what the calling thread would, of every kind', async (t) => {
    const deriver = pool(t);
    for (const password of ['lètmein', '', 'NUL \0 inside', 'l'.repeat(4096), '🫐']) {
      const [expected, found] = await Promise.all([
        Promise.all(every.map((derivation) => derive(derivation, password))),
        Promise.all(every.map((derivation) => deriver.derive(derivation, password))),
      ]);
      assert.deepEqual(found, expected);
    }
  });

  test('starts no thread before it is needed, and none that is not', async (t) => {
    const deriver = pool(t);
    assert.equal(deriver.threads, 0);
    for (let turn = 0; turn < 5; turn += 1) await deriver.derive(cheap, 'x');
    assert.equal(deriver.threads, 1);
  });

  test('derives a few at once, in as many threads', async (t) => {
    const deriver = pool(t, { program: obedient });
    const seen: number[] = [];
    const all = Array.from({ length: 20 }, async () => {
      const derived = await deriver.derive(cheap, 'x');
      seen.push(deriver.running);
      return derived;
    });
    assert.deepEqual([deriver.running, deriver.waiting], [2, 18]);
    assert.ok(new Set(await Promise.all(all)).size <= 2);
    assert.ok(seen.every((running) => running <= 2));
    assert.deepEqual([deriver.running, deriver.waiting, deriver.threads], [0, 0, 2]);
  });

  test('derives in turn', async (t) => {
    const deriver = pool(t, { size: 1 });
    const order: number[] = [];
    const turns = Array.from({ length: 10 }, async (_, index) => {
      await deriver.derive(cheap, `${index}`);
      order.push(index);
    });
    await Promise.all(turns);
    assert.deepEqual(order, [...turns.keys()]);
  });

  test('turns away who would wait beyond the bound', async (t) => {
    const deriver = pool(t, { size: 1, waiting: 2 });
    const accepted = Array.from({ length: 3 }, () => deriver.derive(cheap, 'x'));
    await assert.rejects(deriver.derive(cheap, 'x'), unavailable);
    await Promise.all(accepted);
    assert.ok(await deriver.derive(cheap, 'x'));
  });

  test('files are read while more derivations wait than there are threads for file I/O', async (t) => {
    const deriver = pool(t);
    const events: string[] = [];
    await Promise.all([deriver.derive(cheap, 'a'), deriver.derive(cheap, 'b')]);
    const derivations = Promise.all(
      Array.from({ length: 8 }, async () => {
        await deriver.derive(dear, 'x');
        events.push('derived');
      }),
    );
    for (let read = 0; read < 5; read += 1) {
      await readFile(new URL(import.meta.url));
      events.push('read');
    }
    const derived = events.filter((event) => event === 'derived').length;
    await derivations;
    // In libuv's four threads, the first file would come after at least four derivations, the fifth after all.
    assert.ok(derived <= 4, `${derived} derivations came before the files`);
  });
});

describe('a thread that fails', () => {
  for (const password of ['throw', 'exit']) {
    test(`${password}: only its own derivation is rejected, and another takes its place`, async (t) => {
      const deriver = pool(t, { size: 1, program: obedient });
      const [before, failed, after] = await Promise.allSettled([
        deriver.derive(cheap, 'a'),
        deriver.derive(cheap, password),
        deriver.derive(cheap, 'b'),
      ]);
      assert.equal(before.status, 'fulfilled');
      assert.equal(after.status, 'fulfilled');
      assert.ok(failed.status === 'rejected' && unavailable(failed.reason));
      assert.deepEqual([deriver.running, deriver.waiting, deriver.threads], [0, 0, 1]);
    });
  }

  test('a fault rejects, and the thread goes on', async (t) => {
    const deriver = pool(t, { size: 1, program: obedient });
    const before = await deriver.derive(cheap, 'a');
    await assert.rejects(deriver.derive(cheap, 'fault'), (error) => {
      assert.ok(isFailure(error, 'unavailable'));
      assert.ok(error.cause instanceof Error && error.cause.message === 'out of memory');
      return true;
    });
    assert.equal(await deriver.derive(cheap, 'a'), before);
  });

  test('one that ends while it waits for work is replaced', async (t) => {
    const deriver = pool(t, { size: 1, program: obedient });
    assert.match(await deriver.derive(cheap, 'last'), /^last/);
    for (let turn = 0; turn < 100; turn += 1) {
      const derived = await deriver.derive(cheap, 'a').catch((error: unknown) => {
        assert.ok(unavailable(error));
      });
      if (derived !== undefined) return;
    }
    assert.fail('no thread took its place');
  });

  test('a program that is not there rejects each, and nothing is left', async (t) => {
    const deriver = pool(t, { program: new URL('./no-such-worker.js', import.meta.url) });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => deriver.derive(cheap, 'x')));
    assert.ok(results.every((result) => result.status === 'rejected' && unavailable(result.reason)));
    assert.deepEqual([deriver.running, deriver.waiting, deriver.threads], [0, 0, 0]);
  });
});

describe('close', () => {
  test('rejects what runs and what waits, and all that comes later', async (t) => {
    const deriver = pool(t, { program: obedient });
    const all = Array.from({ length: 5 }, () => deriver.derive(cheap, 'hang'));
    const results = Promise.allSettled(all);
    await deriver.close();
    assert.ok((await results).every((result) => result.status === 'rejected' && unavailable(result.reason)));
    await assert.rejects(deriver.derive(cheap, 'a'), unavailable);
    assert.deepEqual([deriver.running, deriver.waiting, deriver.threads], [0, 0, 0]);
    await deriver.close();
  });

  test('an idle pool that nobody closes does not hold the process; a derivation does until it is done', () => {
    const library = new URL('../../../src/django/hashers/derivation-pool.js', import.meta.url).href;
    const script = `
      import { DerivationPool } from '${library}';
      const pool = new DerivationPool({ size: 2 });
      const derivation = { kind: 'pbkdf2', digest: 'sha256', salt: 'salt', iterations: 1000 };
      const derived = await Promise.all(['a', 'b', 'c'].map((password) => pool.derive(derivation, password)));
      process.stdout.write(String(derived.length));
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(output, '3');
  });
});
