import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findApache, parseBuiltIn } from '../../src/svn/find-apache.js';

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
    const none = await findApache('', []);
    assert.ok(!none.found);
    assert.match(none.message, /not found.*Install apache2-bin, libapache2-mod-svn and subversion/);

    const binary = join(folder, 'sbin', 'httpd');
    await mkdir(join(folder, 'sbin'));
    await writeFile(binary, '#!/bin/sh\nprintf "Compiled in modules:\\n  mod_dav.c\\n  event.c\\n"\n');
    await chmod(binary, 0o755);
    const modules = join(folder, 'lib64', 'httpd', 'modules');
    await mkdir(modules, { recursive: true });
    for (const name of ['unixd', 'authn_core', 'authz_core', 'auth_basic', 'authn_anon', 'authz_user']) {
      await writeFile(join(modules, `mod_${name}.so`), '');
    }
    const partial = await findApache(join(folder, 'sbin'), []);
    assert.ok(!partial.found);
    assert.match(partial.message, /httpd lacks mod_dav_svn\. Install/);

    await writeFile(join(modules, 'mod_dav_svn.so'), '');
    const whole = await findApache(`relative:${join(folder, 'sbin')}`, []);
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
