import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import type { Lock, LockRequest, LockStore } from '../../src/dav/locks/lock-store.js';
import { onServer } from '../helpers/paths.js';

/** What one lock of the model knows; tokens are the store's own. */
type ModelLock = Pick<Lock, 'token' | 'root' | 'depth' | 'scope' | 'principal' | 'expires'>;

/** The rules of RFC 4918 section 6 written down as plainly as can be, without a database. */
class Model {
  #locks: ModelLock[] = [];
  now = 1_700_000_000_000;

  get locks(): readonly ModelLock[] {
    this.#locks = this.#locks.filter(({ expires }) => expires > this.now);
    return this.#locks;
  }

  conflicts(request: LockRequest): string[] {
    const meet = (a: Pick<Lock, 'root' | 'depth'>, b: Pick<Lock, 'root' | 'depth'>): boolean =>
      covers(a, b.root) || covers(b, a.root);
    return this.locks
      .filter((lock) => meet(lock, request) && (lock.scope === 'exclusive' || request.scope === 'exclusive'))
      .map(({ token }) => token);
  }

  add(lock: ModelLock): void {
    this.#locks.push(lock);
  }

  keep(keeps: (lock: ModelLock) => boolean): void {
    this.#locks = this.#locks.filter(keeps);
  }

  prolong(token: string, seconds: number): void {
    this.#locks = this.#locks.map((lock) =>
      lock.token === token ? { ...lock, expires: this.now + seconds * 1000 } : lock,
    );
  }
}

function covers({ root, depth }: Pick<Lock, 'root' | 'depth'>, path: string): boolean {
  return root === path || (depth === 'infinity' && path.startsWith(`${root}/`));
}

const paths = ['/a', '/a/b', '/a/b/c', '/a/bc', '/ab', '/d'] as const;
const path = fc.constantFrom(...paths);
const seconds = fc.integer({ min: 1, max: 20 });

type Step =
  | {
      readonly kind: 'acquire';
      readonly root: string;
      readonly depth: Lock['depth'];
      readonly scope: Lock['scope'];
      readonly principal: string;
      readonly seconds: number;
    }
  | { readonly kind: 'refresh'; readonly which: number; readonly seconds: number }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'removeTree' | 'moveTree'; readonly root: string };

const acquire: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('acquire' as const),
  root: path,
  depth: fc.constantFrom('0' as const, 'infinity' as const),
  scope: fc.constantFrom('exclusive' as const, 'shared' as const),
  principal: fc.constantFrom('alice', 'bob'),
  seconds,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: acquire },
  fc.record({ kind: fc.constant('refresh' as const), which: fc.nat(9), seconds }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant('pass' as const), seconds }),
  fc.record({ kind: fc.constantFrom('removeTree' as const, 'moveTree' as const), root: path }),
);

const limit = 3;

/** Checks any sequence of changes against a model of the lock rules. */
export function lockStoreModel(
  implementation: string,
  open: (t: TestContext, now: () => number) => Promise<LockStore>,
): void {
  test(`${implementation} keeps locks as a model of the rules does`, async (t) => {
    const clock = { model: new Model() };
    const store = await open(t, () => clock.model.now);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        runs += 1;
        // Each run has a tree and users of its own, so that one database does for all.
        const base = `/run${runs}`;
        clock.model = new Model();
        const tokens: string[] = [];
        for (const one of steps) {
          await take(one, { store, model: clock.model, base, tokens });
          await compare(store, clock.model, base);
        }
      }),
      { numRuns: 60 },
    );
  });
}

interface Run {
  readonly store: LockStore;
  readonly model: Model;
  readonly base: string;
  /** Every token that was ever given. */
  readonly tokens: string[];
}

async function take(one: Step, { store, model, base, tokens }: Run): Promise<void> {
  switch (one.kind) {
    case 'acquire': {
      const { depth, scope } = one;
      const principal = `${one.principal} of ${base}`;
      const root = onServer(base + one.root);
      const request = { root, depth, scope, principal, owner: '', timeoutSeconds: one.seconds };
      const conflicts = model.conflicts(request);
      const held = model.locks.filter((lock) => lock.principal === principal).length;
      const outcome = await store.acquire(request, { perUser: limit, inAll: 10_000, covering: 10_000 });
      if (conflicts.length > 0) {
        assert.ok('conflicts' in outcome);
        assert.deepEqual(tokensOf(outcome.conflicts), conflicts.sort());
      } else if (held >= limit) {
        assert.deepEqual(outcome, { exhausted: 'user' });
      } else {
        assert.ok('granted' in outcome);
        const { token, expires } = outcome.granted;
        assert.equal(expires, model.now + one.seconds * 1000);
        model.add({ token, root, depth, scope, principal, expires });
        tokens.push(token);
      }
      return;
    }
    case 'refresh': {
      const token = tokens[one.which] ?? 'urn:uuid:unknown';
      const alive = model.locks.some((lock) => lock.token === token);
      assert.equal((await store.refresh(token, one.seconds)) !== undefined, alive);
      model.prolong(token, one.seconds);
      return;
    }
    case 'remove': {
      const token = tokens[one.which] ?? 'urn:uuid:unknown';
      const alive = model.locks.some((lock) => lock.token === token);
      assert.equal(await store.remove(token), alive);
      model.keep((lock) => lock.token !== token);
      return;
    }
    case 'pass':
      model.now += one.seconds * 1000;
      if (one.seconds % 2 === 0) await store.sweep();
      return;
    case 'removeTree':
    case 'moveTree': {
      const root = onServer(base + one.root);
      if (one.kind === 'removeTree') await store.removeTree(root);
      else await store.moveTree(root, onServer(`${base}/elsewhere`));
      model.keep((lock) => lock.root !== root && !lock.root.startsWith(`${root}/`));
      return;
    }
  }
}

async function compare(store: LockStore, model: Model, base: string): Promise<void> {
  for (const asked of ['', ...paths].map((part) => onServer(base + part))) {
    const covering = model.locks.filter((lock) => covers(lock, asked));
    const below = model.locks.filter((lock) => lock.root.startsWith(`${asked}/`));
    assert.deepEqual(tokensOf(await store.covering(asked)), tokensOf(covering), asked);
    assert.deepEqual(tokensOf(await store.below(asked)), tokensOf(below), asked);
  }
}

function tokensOf(locks: readonly { readonly token: string }[]): string[] {
  return locks.map(({ token }) => token).sort();
}
