import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Policy, type Action, type Rule, type Scope } from '../../src/access/policy.js';
import type { Readers, Requirement } from '../../src/access/requirement.js';
import { anonymous } from '../../src/access/identity.js';
import { inShare } from '../helpers/paths.js';
import { user } from './identities.js';

const anyone: Requirement = { staff: false, superuser: false };
const staffOnly: Requirement = { staff: true, superuser: false };

function rule(
  path: string,
  read: Readers,
  write: Requirement | false = read === 'everybody' ? false : read,
): Rule {
  return { path: inShare(path), read, write };
}

const someone = user();
const staff = user({ isStaff: true });

test('a policy needs a rule for its root', () => {
  assert.throws(() => new Policy([]), RangeError);
  assert.throws(() => new Policy([rule('/a', anyone)]), RangeError);
});

describe('the longest path that contains a path governs it', () => {
  const policy = new Policy([
    rule('/a/b', anyone),
    rule('/', anyone),
    rule('/a', staffOnly),
    rule('/a/b/c/d', staffOnly),
    rule('/long-name-elsewhere', staffOnly),
  ]);
  const governs: readonly (readonly [path: string, by: string])[] = [
    ['/', '/'],
    ['/x', '/'],
    ['/a', '/a'],
    ['/a/x', '/a'],
    ['/ab', '/'],
    ['/A', '/'],
    ['/a/b', '/a/b'],
    ['/a/bc', '/a'],
    ['/a/b/c', '/a/b'],
    ['/a/b/c/dd', '/a/b'],
    ['/a/b/c/d/e/f', '/a/b/c/d'],
    ['/x/a/b', '/'],
  ];
  for (const [path, by] of governs) {
    test(`${path} is governed by the rule for ${by}`, () => {
      assert.equal(policy.ruleFor(inShare(path)).path, by);
    });
  }

  test('the rules are told with the longest first', () => {
    assert.deepEqual(
      policy.rules.map(({ path }) => path),
      ['/long-name-elsewhere', '/a/b/c/d', '/a/b', '/a', '/'],
    );
  });
});

const composed = '/caf\u00e9';
const decomposed = '/cafe\u0301';

for (const [declared, asked] of [
  [composed, decomposed],
  [decomposed, composed],
  [decomposed, decomposed],
] as const) {
  test(`a rule for ${JSON.stringify(declared)} governs ${JSON.stringify(asked)} and what is below`, () => {
    const policy = new Policy([rule('/', anyone), rule(declared, staffOnly)]);
    assert.equal(policy.decide(someone, 'read', inShare(asked)).allowed, false);
    assert.equal(policy.decide(someone, 'read', inShare(`${asked}/x`)).allowed, false);
    assert.equal(policy.decide(someone, 'read', inShare(asked), 'tree').allowed, false);
    assert.equal(policy.decide(staff, 'read', inShare(asked), 'tree').allowed, true);
  });
}

test('a deeper rule governs even where the decomposed path of a higher one has more characters', () => {
  const outer = 'e\u0301'.repeat(5);
  const policy = new Policy([
    rule('/', anyone),
    rule(`/${outer}`, anyone),
    rule('/\u00e9\u00e9\u00e9\u00e9\u00e9/x', staffOnly),
  ]);
  assert.equal(policy.decide(someone, 'read', inShare(`/${outer}/x`)).allowed, false);
  assert.equal(policy.decide(someone, 'read', inShare(`/${outer}/y`)).allowed, true);
});

test('reading and writing have requirements of their own', () => {
  const policy = new Policy([rule('/', anyone, staffOnly)]);
  assert.deepEqual(policy.decide(someone, 'read', inShare('/x')), { allowed: true });
  assert.equal(policy.decide(someone, 'write', inShare('/x')).allowed, false);
  assert.deepEqual(policy.decide(staff, 'write', inShare('/x')), { allowed: true });
});

test('writing can ask for something else than reading', () => {
  const policy = new Policy([rule('/', staffOnly, { ...anyone, permission: 'docs.change_document' })]);
  const writer = user({ permissions: ['docs.change_document'] });
  assert.equal(policy.decide(writer, 'read', inShare('/x')).allowed, false);
  assert.equal(policy.decide(writer, 'write', inShare('/x')).allowed, true);
  assert.equal(policy.decide(staff, 'write', inShare('/x')).allowed, false);
});

test('where writing is false, not even a superuser writes', () => {
  const policy = new Policy([rule('/', anyone, false)]);
  const superuser = user({ isSuperuser: true, isStaff: true });
  assert.deepEqual(policy.decide(superuser, 'write', inShare('/x')), {
    allowed: false,
    failure: 'forbidden',
    reason: 'This share is read-only.',
  });
  assert.equal(policy.decide(superuser, 'read', inShare('/x')).allowed, true);
});

test('a refusal says in words what it takes', () => {
  const policy = new Policy([rule('/', staffOnly, { ...staffOnly, groups: ['Editors'] })]);
  assert.deepEqual(policy.decide(someone, 'read', inShare('/x')), {
    allowed: false,
    failure: 'forbidden',
    reason: 'Only active users who are staff may read here.',
  });
  assert.deepEqual(policy.decide(staff, 'write', inShare('/x')), {
    allowed: false,
    failure: 'forbidden',
    reason: 'Only active users who are staff and are in the group Editors may write here.',
  });
});

describe('with scope tree, rules below count too', () => {
  const policy = new Policy([
    rule('/', anyone),
    rule('/open/closed', staffOnly),
    rule('/open/readable', anyone, false),
    rule('/closed', staffOnly),
    rule('/closed/open', anyone),
    rule('/other', staffOnly),
  ]);
  const cases: readonly (readonly [
    what: string,
    action: Action,
    path: string,
    scope: Scope,
    allowed: boolean,
  ])[] = [
    ['a stricter rule below does not concern the node', 'write', '/open', 'node', true],
    ['a stricter rule below closes the tree', 'read', '/open', 'tree', false],
    ['a stricter rule far below closes the tree', 'write', '/', 'tree', false],
    ['a stricter rule beside does not', 'write', '/open/free', 'tree', true],
    ['a stricter rule beside with the same beginning does not', 'write', '/oth', 'tree', true],
    ['a rule that only reads lets the tree be read', 'read', '/open/readable', 'tree', true],
    ['a rule that only reads closes the tree for writing', 'write', '/open/readable', 'tree', false],
    ['a looser rule below does not open the tree above it', 'read', '/closed', 'tree', false],
    ['a looser rule governs its own tree', 'write', '/closed/open', 'tree', true],
    ['a looser rule governs the tree within its own', 'write', '/closed/open/x', 'tree', true],
  ];
  for (const [what, action, path, scope, allowed] of cases) {
    test(`${what}: ${action} ${path}`, () => {
      assert.equal(policy.decide(someone, action, inShare(path), scope).allowed, allowed);
    });
  }

  test('who meets every rule has the tree', () => {
    assert.equal(policy.decide(staff, 'read', inShare('/'), 'tree').allowed, true);
    assert.equal(policy.decide(staff, 'write', inShare('/'), 'tree').allowed, false);
    assert.equal(policy.decide(staff, 'write', inShare('/closed'), 'tree').allowed, true);
  });

  test('the rules that count are the one that governs, then those below', () => {
    const pathsFor = (path: string, scope: Scope) =>
      policy.rulesFor(inShare(path), scope).map((each) => each.path);
    assert.deepEqual(pathsFor('/open', 'node'), ['/']);
    assert.deepEqual(pathsFor('/open', 'tree'), ['/', '/open/readable', '/open/closed']);
    assert.deepEqual(pathsFor('/closed', 'tree'), ['/closed', '/closed/open']);
    assert.deepEqual(pathsFor('/closed/open/x', 'tree'), ['/closed/open']);
  });

  test('the reason is that of the rule which refuses', () => {
    assert.deepEqual(policy.decide(someone, 'write', inShare('/open/readable/x'), 'tree'), {
      allowed: false,
      failure: 'forbidden',
      reason: 'This share is read-only.',
    });
    assert.deepEqual(policy.decide(staff, 'write', inShare('/open'), 'tree'), {
      allowed: false,
      failure: 'forbidden',
      reason: 'This share is read-only.',
    });
  });

  test('with a single rule the tree is as its root', () => {
    const single = new Policy([rule('/', staffOnly)]);
    assert.equal(single.decide(staff, 'write', inShare('/'), 'tree').allowed, true);
    assert.equal(single.decide(someone, 'write', inShare('/'), 'tree').allowed, false);
  });
});

describe('somebody who has not signed in', () => {
  const policy = new Policy([
    rule('/', 'everybody', anyone),
    rule('/closed', anyone),
    rule('/closed/open', 'everybody', false),
    rule('/locked', 'everybody', false),
  ]);
  const unnamed = { allowed: false, failure: 'unauthenticated', reason: 'Sign in to continue.' };

  test('reads where everybody may, by the longest path', () => {
    const read = policy.reader(anonymous);
    const paths = [
      '/',
      '/x',
      '/closed',
      '/closed/x',
      '/closed/open',
      '/closed/open/x',
      '/locked',
      '/closedx',
    ];
    assert.deepEqual(
      paths.filter((path) => read(inShare(path))),
      ['/', '/x', '/closed/open', '/closed/open/x', '/locked', '/closedx'],
    );
  });

  test('writes nowhere, and is not told where nobody does', () => {
    for (const path of ['/', '/closed', '/closed/open', '/locked']) {
      assert.deepEqual(policy.decide(anonymous, 'write', inShare(path)), unnamed, path);
    }
  });

  test('reads no tree with anything closed in it', () => {
    assert.deepEqual(policy.decide(anonymous, 'read', inShare('/'), 'tree'), unnamed);
    assert.equal(policy.decide(anonymous, 'read', inShare('/locked'), 'tree').allowed, true);
  });

  test('is as good a reader there as any user', () => {
    const staffShare = new Policy([rule('/', 'everybody', staffOnly)]);
    assert.equal(staffShare.decide(someone, 'read', inShare('/')).allowed, true);
    assert.equal(staffShare.decide(someone, 'write', inShare('/')).allowed, false);
  });
});
