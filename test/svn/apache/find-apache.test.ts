import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { findApache, parseBuiltIn } from '../../../src/svn/apache/find-apache.js';

test('the list of built-in modules', () => {
  const output = 'Compiled in modules:\n  core.c\n  mod_so.c\n  event.c\n  mod_unixd.c\n';
  assert.deepEqual([...parseBuiltIn(output)], ['core', 'so', 'mpm_event', 'unixd']);
});

test('the Apache of this system is found without a PATH', async () => {
  const program = await findApache('');
  assert.ok(program.found, program.found ? '' : program.message);
  const names = program.modules.map(({ identifier }) => identifier);
  assert.ok(names.indexOf('dav_module') < names.indexOf('dav_svn_module'));
  assert.ok(names.includes('authn_anon_module'));
});

test('without Apache, or without a module, a sentence says what to install', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'davgate-find-'));
  try {
    const none = await findApache('', { usual: [] });
    assert.ok(!none.found);
    assert.match(none.message, /not found.*Install apache2-bin, libapache2-mod-svn and subversion/);

    const binary = join(folder, 'sbin', 'httpd');
    await mkdir(join(folder, 'sbin'));
    await writeFile(binary, '#!/bin/sh\nprintf "Compiled in modules:\\n  mod_dav.c\\n  event.c\\n"\n');
    await chmod(binary, 0o755);
    const modules = join(folder, 'lib64', 'httpd', 'modules');
    await mkdir(modules, { recursive: true });
    for (const name of [
      'unixd',
      'authn_core',
      'authz_core',
      'auth_basic',
      'authn_anon',
      'authz_user',
      'mime',
    ]) {
      await writeFile(join(modules, `mod_${name}.so`), '');
    }
    const partial = await findApache(join(folder, 'sbin'), { usual: [] });
    assert.ok(!partial.found);
    assert.match(partial.message, /httpd lacks mod_dav_svn\. Install/);

    await writeFile(join(modules, 'mod_dav_svn.so'), '');
    const whole = await findApache(`relative:${join(folder, 'sbin')}`, { usual: [] });
    assert.ok(whole.found);
    assert.equal(whole.binary, binary);
    assert.equal(whole.modulesFolder, modules);
    assert.deepEqual(whole.modules.at(-1), {
      identifier: 'dav_svn_module',
      file: join(modules, 'mod_dav_svn.so'),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

const modules = [
  ...[
    'mpm_event',
    'unixd',
    'authn_core',
    'authz_core',
    'auth_basic',
    'authn_anon',
    'authz_user',
    'mime',
    'dav',
  ],
  ...['dav_svn', 'authz_svn'],
];
/** Where the packages of each system put the server, its modules and those of Subversion, below one root. */
const layouts: readonly [system: string, binary: string, modules: string, subversion: string][] = [
  ['Debian', 'usr/sbin/apache2', 'usr/lib/apache2/modules', 'usr/lib/apache2/modules'],
  ['Fedora', 'usr/sbin/httpd', 'usr/lib64/httpd/modules', 'usr/lib64/httpd/modules'],
  ['Fedora since 42', 'usr/bin/httpd', 'usr/lib64/httpd/modules', 'usr/lib64/httpd/modules'],
  ['Alpine', 'usr/sbin/httpd', 'usr/lib/apache2', 'usr/lib/apache2'],
  ['openSUSE', 'usr/sbin/httpd', 'usr/lib64/apache2-event', 'usr/lib64/apache2'],
  ['Arch', 'usr/bin/httpd', 'usr/lib/httpd/modules', 'usr/lib/httpd/modules'],
  ['FreeBSD', 'usr/local/sbin/httpd', 'usr/local/libexec/apache24', 'usr/local/libexec/apache24'],
  [
    'Homebrew',
    'opt/homebrew/bin/httpd',
    'opt/homebrew/opt/httpd/lib/httpd/modules',
    'opt/homebrew/opt/subversion/libexec',
  ],
  [
    'Homebrew, by its own folder',
    'brew/opt/httpd/bin/httpd',
    'brew/opt/httpd/lib/httpd/modules',
    'brew/opt/subversion/libexec',
  ],
  ['a plain build', 'usr/local/apache2/bin/httpd', 'usr/local/apache2/modules', 'usr/local/apache2/modules'],
];

async function fakeApache(folder: string, binary: string, own: string, subversion: string): Promise<string> {
  const program = join(folder, binary);
  await mkdir(dirname(program), { recursive: true });
  await writeFile(program, '#!/bin/sh\nprintf "Compiled in modules:\\n  core.c\\n  mod_so.c\\n"\n');
  await chmod(program, 0o755);
  for (const name of modules) {
    const place = join(folder, name.endsWith('_svn') ? subversion : own);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, `mod_${name}.so`), '');
  }
  return program;
}

for (const [system, binary, own, subversion] of layouts) {
  test(`Apache as ${system} has it`, async (t) => {
    const folder = temporaryFolder(t);
    const program = await fakeApache(folder, binary, own, subversion);
    const found = await findApache(dirname(program), { usual: [], pathRules: true });
    assert.ok(found.found, found.found ? '' : found.message);
    assert.equal(found.binary, program);
    assert.deepEqual(
      found.modules.map(({ identifier }) => identifier),
      modules.map((name) => `${name}_module`),
    );
    const files = await Promise.all(found.modules.map(({ file }) => realpath(file)));
    assert.ok(files.every((file) => file.startsWith(folder)));
  });
}

test('Apache where it is said to be', async (t) => {
  const folder = temporaryFolder(t);
  const binary = await fakeApache(folder, 'odd/place/server', 'odd/own', 'odd/own');
  const told = { binary, modules: join(folder, 'odd', 'own') };
  const found = await findApache('', told);
  assert.ok(found.found, found.found ? '' : found.message);
  assert.equal(found.binary, binary);
  assert.equal(found.modules.length, modules.length - 1, 'mod_authz_svn is for path rules alone');
  await rm(join(folder, 'odd', 'own', 'mod_authz_svn.so'));
  const lacking = await findApache('', { ...told, pathRules: true });
  assert.match(lacking.found ? '' : lacking.message, /lacks mod_authz_svn\./);
  const nowhere = await findApache('', { binary: join(folder, 'nowhere') });
  assert.match(nowhere.found ? '' : nowhere.message, /named by "apache\.binary", cannot be run/);
});
