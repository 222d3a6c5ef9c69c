import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Members } from '../../../src/access/identity.js';
import {
  askedBy,
  canBeMember,
  completeAuthz,
  djangoGroup,
  unknownGroups,
} from '../../../src/svn/authz/authz-groups.js';
import { outcomeOf } from '../../clients/helpers/programs.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';

const nobody: Members = {
  groups: new Map(),
  permissions: new Map(),
  staff: new Set(),
  superusers: new Set(),
};
const members: Members = {
  groups: new Map([
    ['editors', new Set(['bob', 'alice', 'Zoë Müller'])],
    ['empty', new Set()],
    ['others', new Set()],
  ]),
  permissions: new Map([['repos.view_repository', new Set(['carol'])]]),
  staff: new Set(['dave']),
  superusers: new Set(['admin']),
};

test('what the groups of an authz file stand for', () => {
  assert.deepEqual(djangoGroup('editors'), { kind: 'group', name: 'editors' });
  assert.deepEqual(djangoGroup('perm.docs.view'), { kind: 'permission', name: 'docs.view' });
  assert.deepEqual(djangoGroup('perm.docs'), { kind: 'group', name: 'perm.docs' });
  assert.deepEqual(djangoGroup('is.staff'), { kind: 'staff' });
  assert.deepEqual(djangoGroup('is.superuser'), { kind: 'superusers' });
  assert.deepEqual(djangoGroup('staff'), { kind: 'group', name: 'staff' });
});

test('what must be asked of Django', () => {
  const text =
    '# @nobody = r\n[aliases]\nx = @no\n[groups]\nown = bob,\n  @editors , @is.staff\n[/]\n@own = rw\n~@others = r\n' +
    '@perm.repos.view_repository: r\n@is.superuser = rw\nbob = r\n[one:/a=b]\n@two words =\n';
  assert.deepEqual(askedBy(text), {
    groups: ['editors', 'others', 'two words'],
    permissions: ['repos.view_repository'],
    staff: true,
    superusers: true,
  });
  assert.deepEqual(askedBy(''), { groups: [], permissions: [], staff: false, superusers: false });
});

test('a file without groups of its own gets its groups at its end', () => {
  const { text, excluded, unknown } = completeAuthz('[/]\n@editors = rw\n@empty = r\n@perm.a.b = r', members);
  assert.equal(
    text,
    '[/]\n@editors = rw\n@empty = r\n@perm.a.b = r\n[groups]\neditors = Zoë Müller, alice, bob\nempty = :nobody\nperm.a.b = :nobody\n',
  );
  assert.deepEqual([excluded, unknown], [[], []]);
  assert.equal(completeAuthz('[/]\n* = r\n', members).text, '[/]\n* = r\n');
});

test('a file with groups of its own keeps them, and they come first', () => {
  const { text } = completeAuthz(
    '[groups]\r\neditors = eve\r\nall = @editors, @others\r\n[/]\n@all = r\n',
    members,
  );
  assert.equal(
    text,
    '[groups]\nothers = :nobody\neditors = eve\r\nall = @editors, @others\r\n[/]\n@all = r\n',
  );
});

test('a group that neither the file nor Django has stays undefined, and svn refuses the file', async (t) => {
  const file = join(temporaryFolder(t), 'authz');
  const given = '[groups]\nown = @mispelt\n[/]\n* = rw\n~@unknown = r\n@own = r\n';
  const { text, unknown } = completeAuthz(given, members);
  assert.equal(text, given);
  assert.deepEqual(unknown, ['mispelt', 'unknown']);
  assert.deepEqual(unknownGroups(given, members), unknown);
  await writeFile(file, text);
  assert.match((await outcomeOf('svnauthz', ['validate', file])).error, /Undefined group '@mispelt'/);
});

const awkward = ['a,b', ' a', 'a\n[/]\n* = rw', '@editors', '&a', '~a', '$authenticated', '*', 'a\0', ''];
const plain = ['a=b', 'a:b', '#a', '[a]', 'a@b.c', 'a b', 'Zoë', 'a%(b)s', 'a;b', "o'x", '-', '+a'];
test('which user names a group can hold', () => {
  for (const name of awkward) assert.equal(canBeMember(name), false, name);
  for (const name of plain) assert.equal(canBeMember(name), true, name);
});

test('a user who cannot be written down is left out, and told', () => {
  const holding = (...names: string[]): Members => ({ ...nobody, groups: new Map([['g', new Set(names)]]) });
  const { text, excluded } = completeAuthz('[/]\n@g = r\n', holding('x,y', 'bob', '@z'));
  assert.equal(text, '[/]\n@g = r\n\n[groups]\ng = bob\n');
  assert.deepEqual(excluded, ['@z', 'x,y']);
});

test('svn itself reads each of them as a member, and nobody else', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'authz');
  const holding: Members = { ...nobody, groups: new Map([['g x', new Set([...plain, ...awkward])]]) };
  await writeFile(file, completeAuthz('[/]\n@g x = r\n@perm.a.b = rw\n', holding).text);
  const accessOf = async (username: string) =>
    (await outcomeOf('svnauthz', ['accessof', '--username', username, '--path', '/', file])).out.trim();
  for (const name of plain) assert.equal(await accessOf(name), 'r', name);
  for (const name of ['b', 'a', 'editors', '*', 'bob', '@editors'])
    assert.equal(await accessOf(name), 'no', name);
});
