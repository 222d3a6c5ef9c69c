import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from '../../helpers/seeded-fast-check.js';
import { anonymous, type Identity, type Members } from '../../../src/access/identity.js';
import { AuthzRules } from '../../../src/svn/authz/authz-access.js';
import { parseAuthz } from '../../../src/svn/authz/authz-file.js';
import { completeAuthz } from '../../../src/svn/authz/authz-groups.js';
import { outcomeOf } from '../../clients/helpers/programs.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';

const alice: Identity = {
  id: '1',
  username: 'alice',
  isStaff: true,
  isSuperuser: false,
  groups: new Set(['editors']),
  permissions: new Set(['docs.view']),
};
const members: Members = {
  groups: new Map([
    ['editors', new Set(['alice'])],
    ['readers', new Set()],
  ]),
  permissions: new Map([['docs.view', new Set(['alice'])]]),
  staff: new Set(['alice']),
  superusers: new Set(),
};

const names = [
  ...['alice', 'bob', '*', '$authenticated', '$anonymous', '@editors', '@readers', '@perm.docs.view'],
  ...[
    '@is.staff',
    '@is.superuser',
    '@own',
    '@other',
    '@empty',
    '~@void',
    '&al',
    '&bo',
    '~alice',
    '~bob',
    '~@editors',
    '~@readers',
    '~&bo',
  ],
];
const paths = ['/', '/a', '/a/b', '/a/b/c', '/ab', '/ä'];
const section = fc.record({
  entries: fc.uniqueArray(
    fc.record({ name: fc.constantFrom(...names), rights: fc.constantFrom('', 'r', 'rw') }),
    { selector: ({ name }) => name, maxLength: 4 },
  ),
});
const file = fc
  .uniqueArray(
    fc.record({
      where: fc.constantFrom(...paths.flatMap((path) => [path, `one:${path}`, `two:${path}`])),
      section,
    }),
    { selector: ({ where }) => where, maxLength: 8 },
  )
  .map((sections) =>
    [
      '[aliases]\nal = alice\nbo = bob',
      '[groups]\nown = &al, bob\nother = @readers, bob\nempty =\nvoid = @empty',
      ...sections.map(({ where, section: { entries } }) =>
        [`[${where}]`, ...entries.map(({ name, rights }) => `${name} = ${rights}`)].join('\n'),
      ),
    ].join('\n\n'),
  );

test('a file is judged as svn judges it', async (t) => {
  const written = join(temporaryFolder(t), 'authz');
  const question = fc.record({ text: file, path: fc.constantFrom(...paths, '/a/b/c/d') });
  await fc.assert(
    fc.asyncProperty(question, async ({ text, path }) => {
      writeFileSync(written, completeAuthz(text, members).text);
      const { out, code, error } = await outcomeOf('svnauthz', [
        ...['accessof', '--username', 'alice', '--repository', 'one', '--path', path, written],
      ]);
      assert.equal(code, 0, error);
      const grant = new AuthzRules(parseAuthz(text)).at(alice, 'one', path);
      const access = grant?.read === true ? (grant.write ? 'rw' : 'r') : 'no';
      assert.equal(access, out.trim());
    }),
    { numRuns: 150 },
  );
});

test('for somebody without a name a file is judged as svn judges it', async (t) => {
  const written = join(temporaryFolder(t), 'authz');
  const keys = [
    '*',
    '$anonymous',
    '~$anonymous',
    '$authenticated',
    '~$authenticated',
    'alice',
    '~alice',
    '@own',
    '~@own',
    '&al',
  ];
  const entries = fc.uniqueArray(
    fc.record({ key: fc.constantFrom(...keys), rights: fc.constantFrom('', 'r', 'rw') }),
    { selector: ({ key }) => key, maxLength: 4 },
  );
  const sections = fc.tuple(...paths.map((path) => fc.record({ path: fc.constant(path), entries })));
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(sections, fc.constantFrom(...paths), async (made, path) => {
      const text = [
        '[aliases]\nal = alice\n[groups]\nown = bob',
        ...made.map(
          (one) => `[${one.path}]\n${one.entries.map(({ key, rights }) => `${key} = ${rights}`).join('\n')}`,
        ),
      ].join('\n');
      writeFileSync(written, text);
      const { out, code, error } = await outcomeOf('svnauthz', [
        ...['accessof', '--repository', 'one', '--path', path, written],
      ]);
      assert.equal(code, 0, error);
      const grant = new AuthzRules(parseAuthz(text)).at(anonymous, 'one', path);
      const access = grant?.read === true ? (grant.write ? 'rw' : 'r') : 'no';
      assert.equal(access, out.trim(), text);
      seen.add(access);
    }),
    { numRuns: 120 },
  );
  assert.deepEqual([...seen].sort(), ['no', 'r', 'rw']);
});

test('a grant names its section and its lines', () => {
  const rules = new AuthzRules(
    parseAuthz('[/]\n* = r\n\n[one:/a]\nalice = r\n@editors = rw\nbob =\n[:glob:/x*]\n* =\n'),
  );
  assert.deepEqual(rules.at(alice, 'one', '/a/b'), {
    section: 'one:/a',
    lines: [5, 6],
    read: true,
    write: true,
  });
  assert.deepEqual(rules.at(alice, 'two', '/a/b'), { section: '/', lines: [2], read: true, write: false });
  assert.deepEqual(rules.below(alice, 'one', '/'), [
    { section: 'one:/a', lines: [5, 6], read: true, write: true },
  ]);
  assert.deepEqual(rules.patterns, [':glob:/x*']);
});

test('groups that hold each other end', () => {
  const rules = new AuthzRules(parseAuthz('[groups]\na = @b\nb = @a\n[/]\n@a = r\n'));
  assert.equal(rules.at(alice, 'one', '/'), undefined);
});
