import assert from 'node:assert/strict';
import { IncomingMessage, METHODS, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import Koa from 'koa';
import { authorize } from '../../../server/middleware/authorize.js';
import { locateShare } from '../../../server/middleware/locate-share.js';
import { isAboveShares, locate, type MountedShare } from '../../../server/shares.js';
import type { RequestState } from '../../../server/state.js';
import { explain, type Answer } from '../../../src/access/explain.js';
import type { Identity } from '../../../src/access/identity.js';
import { Policy, type Rule } from '../../../src/access/policy.js';
import { hasDestination } from '../../../src/access/required-access.js';
import { isFailure } from '../../../src/failure.js';
import { encodePath, serverPathOf } from '../../../src/http/target.js';
import { LocalStorage } from '../../../src/storage/local/local-storage.js';
import { user } from '../../access/identities.js';
import { inShare } from '../../http/paths.js';

// Nothing is served here, so any folder will do.
const storage = new LocalStorage(tmpdir(), {
  owner: { host: 'here', pid: 1, isAlive: () => true, now: () => 0, unfinished: new Set<string>() },
  durability: 'relaxed',
});

const permissions = ['docs.view', 'docs.change'];
const groups = ['editors', 'readers'];

const identities = fc
  .record({
    isStaff: fc.boolean(),
    isSuperuser: fc.boolean(),
    permissions: fc.subarray(permissions),
    groups: fc.subarray(groups),
  })
  .map(user);

const requirements = fc.record(
  {
    staff: fc.boolean(),
    superuser: fc.boolean(),
    permission: fc.constantFrom(...permissions),
    groups: fc.subarray(groups, { minLength: 1 }),
  },
  { requiredKeys: ['staff', 'superuser'] },
);

const insides = ['/', '/a', '/a/b', '/a/b/c', '/ab', '/caf\u00e9', '/cafe\u0301/x'];

function ruleAt(path: string): fc.Arbitrary<Rule> {
  return fc.record({
    path: fc.constant(inShare(path)),
    read: requirements,
    write: fc.oneof({ arbitrary: requirements, weight: 3 }, fc.constant<false>(false)),
  });
}

const policies = fc
  .tuple(
    ruleAt('/'),
    fc.subarray(['/a', '/a/b', '/ab', '/caf\u00e9']).chain((paths) => fc.tuple(...paths.map(ruleAt))),
  )
  .map(([root, inner]) => new Policy([root, ...inner]));

const mounted: fc.Arbitrary<readonly MountedShare[]> = fc
  .tuple(policies, policies, policies, policies)
  .map(([dav, other, media, repositories]) => {
    const folder = { kind: 'folder', root: '.', durability: 'full' } as const;
    const webdav = (path: string, policy: Policy): MountedShare => ({
      kind: 'webdav',
      declared: { kind: 'webdav', path: serverPathOf(path), policy, storage: folder },
      storage,
    });
    return [
      webdav('/docs', dav),
      webdav('/other/deep', other),
      {
        kind: 'static',
        declared: {
          kind: 'static',
          path: serverPathOf('/media'),
          policy: media,
          root: '.',
          trust: 'sandboxed',
        },
        storage,
      },
      {
        kind: 'svn',
        declared: {
          kind: 'svn',
          path: serverPathOf('/svn'),
          policy: repositories,
          source: { kind: 'repositories', folder: '.' },
        },
        service: { kind: 'missing', reason: 'No Apache.' },
      },
    ];
  });

const paths = fc
  .tuple(
    fc.constantFrom('/docs', '/other', '/other/deep', '/media', '/svn', '/docsx', ''),
    fc.constantFrom(...insides),
  )
  .map(([share, inside]) => serverPathOf(share + inside));

const methods = fc.oneof(
  fc.constantFrom('GET', 'PUT', 'DELETE', 'COPY', 'MOVE', 'PROPFIND', 'REPORT'),
  fc.constantFrom(...METHODS),
);

const app = new Koa<RequestState>();

/** What the server's middleware decides about a request of a user who has signed in. */
async function decided(
  shares: readonly MountedShare[],
  identity: Identity,
  method: string,
  url: string,
  destination: string,
): Promise<Answer> {
  const req = new IncomingMessage(new Socket());
  req.method = method;
  req.url = url;
  // With a body, as a LOCK that is no refresh.
  req.headers = { host: 'localhost', destination, 'content-length': '200' };
  const context = app.createContext<RequestState>(req, new ServerResponse(req));
  let reached = false;
  try {
    await locateShare(shares)(context, async () => {
      context.state.identity = identity;
      await authorize(shares)(context, () => {
        reached = true;
        return Promise.resolve();
      });
    });
  } catch (error) {
    assert.ok(isFailure(error));
    return { allowed: false, failure: error.kind, sentence: error.message };
  }
  assert.ok(reached);
  return { allowed: true };
}

test('an explanation says what the server decides, and its parts give that answer', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      mounted,
      identities,
      methods,
      paths,
      paths,
      async (shares, identity, method, path, to) => {
        const { answer, rights } = explain({
          asker: { standing: 'active', identity, sources: { own: new Set(), groups: new Map() } },
          method,
          path,
          ...(hasDestination(method) ? { destination: to } : {}),
          locate: (wanted) => {
            const located = locate(shares, wanted);
            return located && { share: located.share.declared, inside: located.inside };
          },
          isAboveShares: (above) => isAboveShares(shares, above),
        });
        assert.deepEqual(answer, await decided(shares, identity, method, encodePath(path), encodePath(to)));
        for (const { rules, decision } of rights) {
          assert.equal(
            decision.allowed,
            rules.every((rule) => rule.decision.allowed),
          );
          for (const rule of rules) {
            const holding = rule.conditions.every(({ holds }) => holds);
            const readOnly = !rule.decision.allowed && rule.decision.reason === 'This share is read-only.';
            assert.equal(rule.decision.allowed, holding && !readOnly);
          }
        }
        const verdict = answer.allowed ? 'allowed' : answer.failure;
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
      },
    ),
    { numRuns: 3000 },
  );
  for (const verdict of ['allowed', 'forbidden', 'not-found'])
    assert.ok((seen.get(verdict) ?? 0) > 50, verdict);
});
