import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { hasPermission, type Identity } from '../../src/access/identity.js';
import {
  conditions,
  defaultRequirement,
  inWords,
  meets,
  type Requirement,
} from '../../src/access/requirement.js';
import { user } from './identities.js';

const people: Readonly<Record<string, Identity>> = {
  ordinary: user(),
  staff: user({ isStaff: true }),
  'with the permission': user({ permissions: ['docs.view_document'] }),
  'with another permission': user({ permissions: ['docs.change_document', 'view_document', 'docs.view'] }),
  'staff with the permission': user({ isStaff: true, permissions: ['docs.view_document'] }),
  'an editor': user({ groups: ['Editors'] }),
  'a reviewer': user({ groups: ['Reviewers', 'Others'] }),
  'a superuser who is not staff': user({ isSuperuser: true }),
  'a superuser who is staff': user({ isSuperuser: true, isStaff: true }),
};

const nobody = { staff: false, superuser: false };
const permission = 'docs.view_document';

const cases: readonly {
  readonly name: string;
  readonly requirement: Requirement;
  readonly met: readonly string[];
  readonly words: string;
}[] = [
  { name: 'nothing', requirement: nobody, met: Object.keys(people), words: 'any active user' },
  {
    name: "staff alone, the handler's default",
    requirement: defaultRequirement,
    met: ['staff', 'staff with the permission', 'a superuser who is staff'],
    words: 'active users who are staff',
  },
  {
    name: 'superusers alone',
    requirement: { staff: false, superuser: true },
    met: ['a superuser who is not staff', 'a superuser who is staff'],
    words: 'active users who are superusers',
  },
  {
    name: 'staff and superusers',
    requirement: { staff: true, superuser: true },
    met: ['a superuser who is staff'],
    words: 'active users who are staff and are superusers',
  },
  {
    name: 'a permission alone',
    requirement: { ...nobody, permission },
    met: [
      'with the permission',
      'staff with the permission',
      'a superuser who is not staff',
      'a superuser who is staff',
    ],
    words: 'active users who have the permission docs.view_document',
  },
  {
    name: 'staff and a permission',
    requirement: { staff: true, superuser: false, permission },
    met: ['staff with the permission', 'a superuser who is staff'],
    words: 'active users who are staff and have the permission docs.view_document',
  },
  {
    name: 'a group, which being a superuser does not replace',
    requirement: { ...nobody, groups: ['Editors'] },
    met: ['an editor'],
    words: 'active users who are in the group Editors',
  },
  {
    name: 'one of two groups',
    requirement: { ...nobody, groups: ['Editors', 'Reviewers'] },
    met: ['an editor', 'a reviewer'],
    words: 'active users who are in one of the groups Editors, Reviewers',
  },
  {
    name: 'a group in another letter case',
    requirement: { ...nobody, groups: ['editors'] },
    met: [],
    words: 'active users who are in the group editors',
  },
  {
    name: 'one of no groups',
    requirement: { ...nobody, groups: [] },
    met: [],
    words: 'active users who are in one of the groups ',
  },
  {
    name: 'a group and a permission',
    requirement: { ...nobody, permission, groups: ['Editors'] },
    met: [],
    words: 'active users who have the permission docs.view_document and are in the group Editors',
  },
];

for (const { name, requirement, met, words } of cases) {
  describe(`requiring ${name}`, () => {
    for (const [who, identity] of Object.entries(people)) {
      test(`${met.includes(who) ? 'lets in' : 'keeps out'} a user: ${who}`, () => {
        assert.equal(meets(requirement, identity), met.includes(who));
      });
    }

    test('is put in words', () => {
      assert.equal(inWords(requirement), words);
    });
  });
}

test('everything at once is met by who is and has everything', () => {
  const requirement = { staff: true, superuser: true, permission, groups: ['Editors'] };
  assert.equal(meets(requirement, user({ isStaff: true, isSuperuser: true, groups: ['Editors'] })), true);
  assert.equal(meets(requirement, user({ isStaff: true, isSuperuser: true })), false);
  assert.equal(
    meets(requirement, user({ isStaff: true, groups: ['Editors'], permissions: [permission] })),
    false,
  );
  assert.equal(meets(requirement, user({ isSuperuser: true, groups: ['Editors'] })), false);
});

test('conditions says of each one that is set how it stands', () => {
  const requirement = { staff: true, superuser: false, permission, groups: ['Editors'] };
  assert.deepEqual(conditions(requirement, user({ groups: ['Editors'] })), [
    { words: 'are staff', holds: false },
    { words: 'have the permission docs.view_document', holds: false, permission },
    { words: 'are in the group Editors', holds: true, groups: ['Editors'] },
  ]);
  assert.deepEqual(conditions({ staff: false, superuser: false }, user()), []);
});

test('a requirement is met exactly where each of its conditions holds', () => {
  const names = fc.subarray(['a.b', 'a.c']);
  const groups = fc.subarray(['one', 'two', 'three']);
  const identities = fc
    .record({ isStaff: fc.boolean(), isSuperuser: fc.boolean(), permissions: names, groups })
    .map(user);
  const requirements = fc.record(
    { staff: fc.boolean(), superuser: fc.boolean(), permission: fc.constantFrom('a.b', 'a.c'), groups },
    { requiredKeys: ['staff', 'superuser'] },
  );
  fc.assert(
    fc.property(requirements, identities, (requirement, identity) => {
      const all = conditions(requirement, identity).every(({ holds }) => holds);
      assert.equal(meets(requirement, identity), all);
    }),
  );
});

test('a superuser has every permission, everybody else those he holds', () => {
  assert.equal(hasPermission(user({ isSuperuser: true }), 'no.such_permission'), true);
  assert.equal(hasPermission(user({ isStaff: true }), 'docs.view_document'), false);
  assert.equal(hasPermission(user({ permissions: ['docs.view_document'] }), 'docs.view_document'), true);
});
