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

describe('public reading', () => {
  const all = 'everybody';
  const cases: readonly {
    readonly name: string;
    readonly share: object;
    readonly rule?: object;
    readonly expected: Effective;
  }[] = [
    { name: 'is not the default', share: {}, expected: { read: staff, write: staff } },
    { name: 'can be denied', share: { public: false }, expected: { read: staff, write: staff } },
    {
      name: 'leaves writing to who meets `require`',
      share: { public: true, require: { staff: false, permission: view } },
      expected: { read: all, write: { ...anyone, permission: view } },
    },
    {
      name: 'leaves writing to who meets `write`',
      share: { public: true, write: { permission: change } },
      expected: { read: all, write: { ...staff, permission: change } },
    },
    {
      name: 'does not open what nobody writes',
      share: { public: true, write: false },
      expected: { read: all, write: false },
    },
    {
      name: 'holds in a rule that says nothing of reading',
      share: { public: true },
      rule: { write: { permission: change } },
      expected: { read: all, write: { ...staff, permission: change } },
    },
    {
      name: 'ends where a rule denies it',
      share: { public: true },
      rule: { public: false },
      expected: { read: staff, write: staff },
    },
    {
      name: 'ends where a rule requires something of readers',
      share: { public: true },
      rule: { require: { permission: view } },
      expected: { read: { ...staff, permission: view }, write: { ...staff, permission: view } },
    },
    {
      name: 'goes on where a rule requires something and is public',
      share: { public: true },
      rule: { public: true, require: { permission: view } },
      expected: { read: all, write: { ...staff, permission: view } },
    },
    {
      name: 'begins in a rule of a closed share',
      share: { require: { staff: false } },
      rule: { public: true },
      expected: { read: all, write: anyone },
    },
  ];
  for (const { name, share, rule, expected } of cases) {
    test(name, () => {
      const declared = rule ? { ...share, rules: [{ path: '/part', ...rule }] } : share;
      assert.deepEqual(at('/part/x', declared), expected);
    });
  }

  test('is a key of every kind of share, and of no requirement', () => {
    const common = { path: '/x', public: true, rules: [{ path: '/y', public: false }] };
    const kinds = [
      { kind: 'static', root: '.' },
      { kind: 'webdav', root: '.' },
      { kind: 'svn', repositories: '.' },
    ];
    for (const kind of kinds) assert.ok(shareSchema.safeParse({ ...common, ...kind }).success, kind.kind);
    for (const wrong of [
      { public: 'read' },
      { public: null },
      { require: { public: true } },
      { write: { public: true } },
    ]) {
      assert.ok(!shareSchema.safeParse({ path: '/x', kind: 'webdav', root: '.', ...wrong }).success);
    }
  });
});
