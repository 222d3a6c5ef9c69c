import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Readers, Requirement } from '../../src/access/requirement.js';
import { resolveShare, shareSchema } from '../../src/config/share-schema.js';
import { inShare } from '../helpers/paths.js';

interface Effective {
  readonly read: Readers;
  readonly write: Requirement | false;
}

/** What is in force at a path of a share that is declared so. */
function at(path: string, declared: object): Effective {
  const share = { path: '/docs', kind: 'webdav', root: './docs', ...declared };
  const { read, write } = resolveShare(shareSchema.parse(share), { folder: '/' }).policy.ruleFor(
    inShare(path),
  );
  return { read, write };
}

const staff = { staff: true, superuser: false };
const anyone = { staff: false, superuser: false };
const view = 'docs.view_document';
const change = 'docs.change_document';

interface Case {
  readonly name: string;
  readonly declared: object;
  readonly read: Requirement;
  readonly write: Requirement | false;
}

const cases: readonly Case[] = [
  { name: 'nothing declared: staff alone', declared: {}, read: staff, write: staff },
  { name: 'an empty require: staff alone', declared: { require: {} }, read: staff, write: staff },
  {
    name: 'a permission does not lift staff',
    declared: { require: { permission: view } },
    read: { ...staff, permission: view },
    write: { ...staff, permission: view },
  },
  { name: 'staff lifted', declared: { require: { staff: false } }, read: anyone, write: anyone },
  {
    name: 'superusers',
    declared: { require: { superuser: true } },
    read: { staff: true, superuser: true },
    write: { staff: true, superuser: true },
  },
  {
    name: 'groups govern both',
    declared: { require: { staff: false, groups: ['Editors', 'Others'] } },
    read: { ...anyone, groups: ['Editors', 'Others'] },
    write: { ...anyone, groups: ['Editors', 'Others'] },
  },
  {
    name: 'write overrides the permission and keeps the rest',
    declared: {
      require: { staff: false, permission: view, groups: ['Editors'] },
      write: { permission: change },
    },
    read: { ...anyone, permission: view, groups: ['Editors'] },
    write: { ...anyone, permission: change, groups: ['Editors'] },
  },
  {
    name: 'write overrides staff and keeps the permission',
    declared: { require: { staff: false, permission: view }, write: { staff: true } },
    read: { ...anyone, permission: view },
    write: { ...staff, permission: view },
  },
  {
    name: 'write lifts the permission with null',
    declared: { require: { permission: view }, write: { permission: null } },
    read: { ...staff, permission: view },
    write: staff,
  },
  {
    name: 'write lifts the groups with null',
    declared: { require: { groups: ['Editors'] }, write: { groups: null } },
    read: { ...staff, groups: ['Editors'] },
    write: staff,
  },
  {
    name: 'null where there is nothing to lift',
    declared: { require: { permission: null } },
    read: staff,
    write: staff,
  },
  { name: 'an empty write changes nothing', declared: { write: {} }, read: staff, write: staff },
  {
    name: 'write false: nobody writes',
    declared: { require: { staff: false }, write: false },
    read: anyone,
    write: false,
  },
];

describe('a share', () => {
  for (const { name, declared, read, write } of cases) {
    test(name, () => {
      assert.deepEqual(at('/x', declared), { read, write });
    });
  }
});

const outer = {
  require: { staff: false, permission: view, groups: ['Editors'] },
  write: { permission: change },
};
const outerRead = { ...anyone, permission: view, groups: ['Editors'] };

const inner: readonly {
  readonly name: string;
  readonly share?: object;
  readonly rule: object;
  readonly read: Requirement;
  readonly write: Requirement | false;
}[] = [
  {
    name: 'without keys is as its share',
    rule: {},
    read: outerRead,
    write: { ...outerRead, permission: change },
  },
  {
    name: 'overrides single keys of require, and of writing what write leaves open',
    rule: { require: { staff: true } },
    read: { ...outerRead, staff: true },
    write: { ...outerRead, staff: true, permission: change },
  },
  {
    name: "leaves its share's write the last word over its own require",
    rule: { require: { permission: 'docs.view_minutes' } },
    read: { ...outerRead, permission: 'docs.view_minutes' },
    write: { ...outerRead, permission: change },
  },
  {
    name: "overrides single keys of its share's write",
    rule: { write: { staff: true } },
    read: outerRead,
    write: { ...outerRead, staff: true, permission: change },
  },
  {
    name: 'lifts with null what its share set',
    rule: { require: { permission: null, groups: null }, write: { permission: null } },
    read: anyone,
    write: anyone,
  },
  { name: 'closes for writing', rule: { write: false }, read: outerRead, write: false },
  {
    name: 'stays closed for writing where its share is',
    share: { require: { staff: false }, write: false },
    rule: { require: { permission: view } },
    read: { ...anyone, permission: view },
    write: false,
  },
  {
    name: 'opens for writing with a write of its own',
    share: { require: { staff: false }, write: false },
    rule: { write: { groups: ['Editors'] } },
    read: anyone,
    write: { ...anyone, groups: ['Editors'] },
  },
  {
    name: 'has a write where its share has none',
    share: { require: { staff: false } },
    rule: { write: { staff: true } },
    read: anyone,
    write: staff,
  },
];

describe('a rule', () => {
  for (const { name, share = outer, rule, read, write } of inner) {
    test(name, () => {
      const declared = { ...share, rules: [{ path: '/minutes', ...rule }] };
      assert.deepEqual(at('/minutes/2024', declared), { read, write });
      assert.deepEqual(at('/elsewhere', declared), at('/', share), 'the rest of the share is as before');
    });
  }

  test('does not inherit from a rule around it, only from the share', () => {
    const rules = [
      { path: '/a', require: { superuser: true }, write: false },
      { path: '/a/b', require: { permission: view } },
    ];
    assert.deepEqual(at('/a/b/c', { rules }), {
      read: { ...staff, permission: view },
      write: { ...staff, permission: view },
    });
  });
});

test('nobody writes to a static share, nor to a path in it with a rule', () => {
  const declared = {
    kind: 'static',
    require: { staff: false },
    rules: [{ path: '/a', require: { permission: view } }],
  };
  assert.deepEqual(at('/x', declared), { read: anyone, write: false });
  assert.deepEqual(at('/a/x', declared), { read: { ...anyone, permission: view }, write: false });
});

test('an svn share is written by its write, a repository by its rule', () => {
  const share = {
    path: '/svn',
    kind: 'svn',
    repositories: './svn',
    require: { staff: false },
    write: { permission: change },
    rules: [{ path: '/closed', write: false }],
  };
  const policy = resolveShare(shareSchema.parse(share), { folder: '/' }).policy;
  assert.deepEqual(policy.ruleFor(inShare('/open/trunk')).write, { ...anyone, permission: change });
  assert.equal(policy.ruleFor(inShare('/closed/trunk')).write, false);
});
