import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explain, type Asker, type Explanation, type Place } from '../../src/access/explain.js';
import { explanationInWords, legible } from '../../src/access/explain-words.js';
import type { Identity } from '../../src/access/identity.js';
import { Policy } from '../../src/access/policy.js';
import { readAccess, webdavAccess, type RequiredAccess } from '../../src/access/required-access.js';
import { methodOf } from '../../src/http/method.js';
import type { Requirement } from '../../src/access/requirement.js';
import { serverPathOf, within, type ServerPath } from '../../src/http/target.js';
import { inShare } from '../helpers/paths.js';
import { user } from './identities.js';

const anyone: Requirement = { staff: false, superuser: false };
const viewers: Requirement = { ...anyone, permission: 'docs.view' };
const changers: Requirement = { ...anyone, permission: 'docs.change' };
const staffEditors: Requirement = { staff: true, superuser: false, groups: ['editors', 'chairs'] };

const shares = [
  {
    requires: webdavAccess,
    path: serverPathOf('/docs'),
    policy: new Policy([
      { path: inShare('/'), read: viewers, write: changers },
      { path: inShare('/minutes'), read: viewers, write: staffEditors },
      { path: inShare('/archive'), read: viewers, write: false },
    ]),
  },
  {
    requires: readAccess,
    path: serverPathOf('/media'),
    policy: new Policy([{ path: inShare('/'), read: anyone, write: false }]),
  },
  {
    requires: webdavAccess,
    path: serverPathOf('/public'),
    policy: new Policy([
      { path: inShare('/'), read: 'everybody', write: changers },
      { path: inShare('/closed'), read: viewers, write: changers },
    ]),
  },
] satisfies readonly { requires: RequiredAccess; path: ServerPath; policy: Policy }[];

function locate(path: ServerPath): Place | undefined {
  for (const share of shares) {
    const inside = within(share.path, path);
    if (inside !== undefined && (inside === '/' || path.startsWith(`${share.path}/`)))
      return { share, inside };
  }
  return undefined;
}

function active(
  identity: Identity,
  own: readonly string[] = [],
  groups: Readonly<Record<string, readonly string[]>> = {},
): Asker {
  const ofGroups = Object.entries(groups).map(([name, given]) => [name, new Set(given)] as const);
  return { standing: 'active', identity, sources: { own: new Set(own), groups: new Map(ofGroups) } };
}

function ask(asker: Asker, name: string, path: string, destination?: string): Explanation {
  const method = methodOf(name);
  assert.ok(method);
  return explain({
    asker,
    method,
    path: serverPathOf(path),
    ...(destination === undefined ? {} : { destination: serverPathOf(destination) }),
    locate,
    isAboveShares: (above) => above === '/',
    isOpenToEverybody: (asked, at) => asked === 'GET' && at.startsWith('/public'),
  });
}

function nameOf(asker: Asker): string {
  if (asker.standing === 'anonymous') return 'nobody';
  return asker.standing === 'active' ? asker.identity.username : asker.username;
}

const editor = active(
  user({ groups: ['editors'], permissions: ['docs.view', 'docs.change'] }),
  ['docs.view'],
  {
    editors: ['docs.view', 'docs.change'],
  },
);

describe('an explanation names', () => {
  test('the right, the rule and its path', () => {
    const { rights, answer } = ask(editor, 'PUT', '/docs/archive/old.txt');
    assert.deepEqual(
      rights.map(({ action, scope, path, share }) => [action, scope, path, share]),
      [['write', 'node', '/docs/archive/old.txt', '/docs']],
    );
    assert.deepEqual(rights[0]?.rules, [
      {
        path: '/docs/archive',
        conditions: [],
        everybody: false,
        decision: { allowed: false, failure: 'forbidden', reason: 'This share is read-only.' },
      },
    ]);
    assert.deepEqual(answer, { allowed: false, failure: 'forbidden', sentence: 'This share is read-only.' });
  });

  test('the source and the destination of a MOVE, and the rules below each', () => {
    const { rights } = ask(editor, 'MOVE', '/docs', '/docs/minutes/x');
    assert.deepEqual(
      rights.map(({ action, scope, path, rules }) => [action, scope, path, rules.map((rule) => rule.path)]),
      [
        ['read', 'tree', '/docs', ['/docs', '/docs/minutes', '/docs/archive']],
        ['write', 'tree', '/docs', ['/docs', '/docs/minutes', '/docs/archive']],
        ['write', 'tree', '/docs/minutes/x', ['/docs/minutes']],
      ],
    );
  });

  test('the first right that is refused, though every right is told', () => {
    const { rights, answer } = ask(editor, 'COPY', '/docs/a', '/media/a');
    assert.deepEqual(
      rights.map(({ decision }) => decision.allowed),
      [true, false],
    );
    assert.deepEqual(answer, { allowed: false, failure: 'forbidden', sentence: 'This share is read-only.' });
  });
});

describe('a permission comes', () => {
  const whence = (asker: Asker) => ask(asker, 'GET', '/docs/a').rights[0]?.rules[0]?.conditions[0]?.because;
  const viewer = user({ permissions: ['docs.view'] });

  test('from the user', () => {
    assert.deepEqual(whence(active(viewer, ['docs.view'])), { own: true });
  });
  test('from groups', () => {
    const groups = { b: ['docs.view'], a: ['docs.view'], c: ['docs.change'] };
    assert.deepEqual(whence(active(viewer, [], groups)), { groups: ['a', 'b'] });
  });
  test('from both', () => {
    assert.deepEqual(whence(editor), { own: true, groups: ['editors'] });
  });
  test('with being a superuser', () => {
    assert.deepEqual(whence(active(user({ isSuperuser: true }), [], { a: ['docs.view'] })), {
      superuser: true,
    });
  });
  test('from nowhere where it is missing', () => {
    assert.equal(whence(active(user(), [], { a: ['docs.view'] })), undefined);
  });
});

describe('the answer', () => {
  const cases: readonly (readonly [Asker, string, string, string | undefined, string])[] = [
    [editor, 'GET', '/docs', undefined, 'allowed'],
    [editor, 'GET', '/', undefined, 'allowed'],
    [editor, 'GET', '/doc', undefined, 'not-found: There is no share here.'],
    [editor, 'COPY', '/docs/a', '/elsewhere', 'forbidden: The destination is not in a share.'],
    [editor, 'COPY', '/elsewhere', '/elsewhere', 'not-found: There is no share here.'],
    [editor, 'PUT', '/docs/a', '/elsewhere', 'allowed'],
    [
      active(user()),
      'GET',
      '/docs/a',
      undefined,
      'forbidden: Only active users who have the permission docs.view may read here.',
    ],
    [
      { standing: 'unknown', username: 'zed' },
      'GET',
      '/nowhere',
      undefined,
      'unauthenticated: There is no user named zed.',
    ],
    [
      { standing: 'inactive', username: 'dave' },
      'GET',
      '/',
      undefined,
      'unauthenticated: The user dave is not active.',
    ],
    [{ standing: 'anonymous' }, 'GET', '/public/a', undefined, 'allowed'],
    [{ standing: 'anonymous' }, 'PUT', '/public/a', undefined, 'unauthenticated: Sign in to continue.'],
    [
      { standing: 'anonymous' },
      'GET',
      '/public/closed/a',
      undefined,
      'unauthenticated: Sign in to continue.',
    ],
    [{ standing: 'anonymous' }, 'GET', '/docs', undefined, 'unauthenticated: Sign in to continue.'],
    [{ standing: 'anonymous' }, 'GET', '/elsewhere', undefined, 'unauthenticated: Sign in to continue.'],
    [active(user()), 'GET', '/public/a', undefined, 'allowed'],
    [
      active(user()),
      'COPY',
      '/public/a',
      '/public/b',
      'forbidden: Only active users who have the permission docs.change may write here.',
    ],
    [
      { standing: 'inactive', username: 'dave' },
      'COPY',
      '/docs/a',
      '/elsewhere',
      'unauthenticated: The user dave is not active.',
    ],
  ];
  for (const [asker, method, path, destination, expected] of cases) {
    const name = nameOf(asker);
    test(`${name} ${method} ${path} ${destination ?? ''}: ${expected}`, () => {
      const { answer } = ask(asker, method, path, destination);
      assert.equal(answer.allowed ? 'allowed' : `${answer.failure}: ${answer.sentence}`, expected);
    });
  }
});

describe('in words', () => {
  test('each condition stands with whether it holds and why', () => {
    assert.equal(
      explanationInWords(ask(editor, 'COPY', '/docs/a', '/docs/minutes/a')),
      `User     alice: active, in the group editors
Request  COPY /docs/a to /docs/minutes/a

To read /docs/a and everything below it, in the share /docs:
  the rule of the share /docs
    holds  users who have the permission docs.view (own permission and through the group editors)

To write /docs/minutes/a and everything below it, in the share /docs:
  the rule for /docs/minutes
    fails  users who are staff
    holds  users who are in one of the groups editors, chairs (as a member of editors)

Answer   would be refused: 403 Only active users who are staff and are in one of the groups editors, chairs may write here.
`,
    );
  });

  test('a rule without conditions is open to any active user', () => {
    assert.equal(
      explanationInWords(ask(active(user({ isStaff: true, isSuperuser: true })), 'GET', '/media/a')),
      `User     alice: active, staff, a superuser
Request  GET /media/a

To read /media/a, in the share /media:
  the rule of the share /media
    holds  any active user

Answer   would be allowed: 2xx, unless what is there calls for another, such as 404
`,
    );
  });

  test('what everybody may read is said to be so, to a user and to somebody without a name', () => {
    const holds =
      'To read /public/a, in the share /public:\n  the rule of the share /public\n    holds  everybody, without signing in\n';
    for (const asker of [active(user()), { standing: 'anonymous' } as const]) {
      assert.ok(explanationInWords(ask(asker, 'GET', '/public/a')).includes(holds));
    }
    assert.match(
      explanationInWords(ask({ standing: 'anonymous' }, 'GET', '/public/closed')),
      /^User {5}somebody who does not sign in\n[^]*fails {2}Sign in to continue\.\n[^]*refused: 401 Sign in to continue\.$/m,
    );
  });

  test('a share that nobody writes says so', () => {
    const words = explanationInWords(ask(editor, 'DELETE', '/docs/archive'));
    assert.match(words, /^ {4}fails {2}This share is read-only\.$/m);
    assert.match(words, /^Answer {3}would be refused: 403 This share is read-only\.$/m);
  });

  test('a nobody is told apart', () => {
    assert.equal(
      explanationInWords(ask({ standing: 'unknown', username: 'zed' }, 'GET', '/media')),
      'User     zed: unknown\nRequest  GET /media\n\nAnswer   would be refused: 401 There is no user named zed.\n',
    );
  });

  test('names cannot steer a terminal', () => {
    assert.equal(
      legible('\u001b[2J\nx\u202ey\u0085 \u00e9 \u{1fad0}'),
      '\\u001b[2J\\u000ax\\u202ey\\u0085 \u00e9 \u{1fad0}',
    );
    const words = explanationInWords(
      ask(active(user({ groups: ['a\nb'], username: '\u001bx' })), 'GET', '/'),
    );
    assert.match(words, /^User {5}\\u001bx: active, in the group a\\u000ab$/m);
  });
});
