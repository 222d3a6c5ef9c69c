import assert from 'node:assert/strict';
import { IncomingMessage, METHODS, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import fc from '../../helpers/seeded-fast-check.js';
import { permit } from '../../../server/pipeline/handle-request.js';
import { needsNoName } from '../../../server/pipeline/needs-no-name.js';
import { readRequest } from '../../../server/pipeline/read-request.js';
import { kinds } from '../../../server/shares/kinds.js';
import { isOpenToEverybody } from '../../../server/shares/public-reading.js';
import { IdentifiedRequest } from '../../../server/shares/incoming-request.js';
import { ShareMap } from '../../../server/shares/share-map.js';
import { explain, type Answer } from '../../../src/access/explain.js';
import { anonymous, isAnonymous, type Visitor } from '../../../src/access/identity.js';
import { Policy, signIn, type Rule } from '../../../src/access/policy.js';
import { hasDestination } from '../../../src/access/required-access.js';
import { isFailure } from '../../../src/failure.js';
import { methodOf, type Method } from '../../../src/http/method.js';
import { encodePath, serverPathOf } from '../../../src/http/target.js';
import { user } from '../../access/identities.js';
import { inShare } from '../../helpers/paths.js';
import { unservedShare } from '../shares/unserved-share.js';

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

const visitors: fc.Arbitrary<Visitor> = fc.oneof(
  { arbitrary: identities, weight: 2 },
  { arbitrary: fc.constant(anonymous), weight: 1 },
);

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
    read: fc.oneof({ arbitrary: requirements, weight: 2 }, fc.constant('everybody' as const)),
    write: fc.oneof({ arbitrary: requirements, weight: 3 }, fc.constant<false>(false)),
  });
}

const policies = fc
  .tuple(
    ruleAt('/'),
    fc.subarray(['/a', '/a/b', '/ab', '/caf\u00e9']).chain((paths) => fc.tuple(...paths.map(ruleAt))),
  )
  .map(([root, inner]) => new Policy([root, ...inner]));

const shareMaps: fc.Arbitrary<ShareMap> = fc
  .tuple(policies, policies, policies, policies)
  .map(([dav, other, media, repositories]) => {
    const shares = new ShareMap();
    shares.fill([
      unservedShare('webdav', '/docs', dav),
      unservedShare('webdav', '/other/deep', other),
      unservedShare('static', '/media', media),
      unservedShare('svn', '/svn', repositories),
    ]);
    return shares;
  });

const paths = fc
  .tuple(
    fc.constantFrom('/docs', '/other', '/other/deep', '/media', '/svn', '/docsx', ''),
    fc.constantFrom(...insides),
  )
  .map(([share, inside]) => serverPathOf(share + inside));

const methods = fc
  .oneof(
    fc.constantFrom('GET', 'PUT', 'DELETE', 'COPY', 'MOVE', 'PROPFIND', 'REPORT'),
    fc.constantFrom(...METHODS),
  )
  .map((name) => {
    const method = methodOf(name);
    assert.ok(method, name);
    return method;
  });

/** What the server decides about a request of a user who has signed in, or of somebody who has not. */
async function decided(
  shares: ShareMap,
  identity: Visitor,
  method: Method,
  url: string,
  destination: string,
): Promise<Answer> {
  const req = new IncomingMessage(new Socket());
  req.method = method;
  req.url = url;
  req.httpVersion = '1.1';
  // With a body, as a LOCK that is no refresh.
  req.headers = { host: 'localhost', destination, 'content-length': '200' };
  const client = { address: '127.0.0.1', throughProxy: false };
  const options = { id: 'id', client, publicOrigin: undefined };
  const request = new IdentifiedRequest(readRequest(req, new ServerResponse(req), options), identity, 'one');
  if (isAnonymous(identity) && !needsNoName(request, shares)) {
    return { allowed: false, failure: 'unauthenticated', sentence: signIn };
  }
  try {
    await permit(request, { id: 'id' }, { shares, publicOrigin: undefined });
    return { allowed: true };
  } catch (error) {
    assert.ok(isFailure(error));
    return { allowed: false, failure: error.kind, sentence: error.message };
  }
}

test('an explanation says what the server decides, and its parts give that answer', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      shareMaps,
      visitors,
      methods,
      paths,
      paths,
      async (shares, identity, method, path, to) => {
        const { answer, rights } = explain({
          asker: isAnonymous(identity)
            ? { standing: 'anonymous' }
            : { standing: 'active', identity, sources: { own: new Set(), groups: new Map() } },
          method,
          path,
          ...(hasDestination(method) ? { destination: to } : {}),
          locate: (wanted) => {
            const located = shares.locate(wanted);
            if (!located) return undefined;
            const { declared } = located.share;
            return {
              share: { ...declared, requires: kinds[declared.kind].requires },
              inside: located.inside,
            };
          },
          isAboveShares: (above) => shares.isAbove(above),
          isOpenToEverybody: (asked, at) => isOpenToEverybody(asked, at, shares.declared),
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
            const isNobody = isAnonymous(identity) && !rule.everybody;
            assert.equal(rule.decision.allowed, holding && !readOnly && !isNobody);
          }
        }
        const verdict = answer.allowed ? 'allowed' : answer.failure;
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
      },
    ),
    { numRuns: 3000 },
  );
  for (const verdict of ['allowed', 'forbidden', 'not-found', 'unauthenticated'])
    assert.ok((seen.get(verdict) ?? 0) > 50, verdict);
});
