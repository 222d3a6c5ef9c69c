import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { importApacheCommand } from '../../../server/cli/import-apache.js';
import { loadDeclaration } from '../../../src/config/load.js';
import { oldLocation, wsgiLocation, wsgiScript } from '../../apache/reading.js';
import { commandOutcome } from './command-outcome.js';

/** A folder with a Django project and a configuration in `apache`. */
function place(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'davgate-import-')));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  for (const name of ['apache/sites', 'mysite/mysite', 'media', 'dav', 'svn']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, 'mysite/mysite/settings.py'), '');
  writeFileSync(join(folder, 'mysite/mysite/wsgi.py'), wsgiScript);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text.replaceAll('/srv/', `${folder}/`));
  }
  return folder;
}

const run = (...words: readonly string[]) =>
  commandOutcome([importApacheCommand], ['import-apache', ...words]);

test('the printed declaration loads when its folders exist', async (t) => {
  const folder = place(t, {
    'apache/httpd.conf': [
      'IncludeOptional sites/*.conf',
      'Alias /media /srv/media',
      'Alias /dav /srv/dav',
      wsgiLocation('/media', 'Require valid-user'),
    ].join('\n'),
    'apache/sites/dav.conf': wsgiLocation('/dav', 'Dav On', 'Require valid-user')
      .replace(
        'WSGIAuthUserScript',
        'WSGIAuthGroupScript /srv/mysite/mysite/wsgi.py\nRequire group editors\nWSGIAuthUserScript',
      )
      .replace('Require valid-user\n', ''),
    'apache/sites/svn.conf': wsgiLocation('/svn', 'DAV svn', 'SVNParentPath /srv/svn', 'Require valid-user'),
    'apache/sites/else.conf': wsgiLocation('/else', 'Require valid-user'),
  });
  const { code, out, error } = await run(join(folder, 'apache/httpd.conf'));
  assert.deepEqual([code, error], [0, '']);
  writeFileSync(join(folder, 'shares.json'), out);
  const { shares, realm, django, guard } = loadDeclaration(join(folder, 'shares.json'));
  assert.deepEqual(shares.map(({ path, kind }) => `${kind} ${path}`).sort(), [
    'guard /else',
    'static /media',
    'svn /svn',
    'webdav /dav',
  ]);
  assert.equal(realm, 'Top Secret');
  assert.deepEqual(django, { kind: 'project', project: join(folder, 'mysite'), settings: 'mysite.settings' });
  assert.equal(guard?.fastcgi?.port, 9911);
  const [read] = shares.find(({ path }) => path === '/dav')?.policy.rules ?? [];
  assert.deepEqual(read?.read, { staff: false, superuser: false, groups: ['editors'] });
});

test('--guard leaves everything to Apache', async (t) => {
  const folder = place(t, {
    'apache/httpd.conf': `Alias /media /srv/media\n${wsgiLocation('/media', 'Require valid-user')}`,
  });
  const { code, out } = await run('--guard', join(folder, 'apache/httpd.conf'));
  const declared: unknown = JSON.parse(out);
  assert.equal(code, 0);
  assert.ok(typeof declared === 'object' && declared && 'shares' in declared);
  assert.deepEqual(declared.shares, [{ path: '/media', kind: 'guard', require: { staff: false } }]);
});

test('what is left is named by file and line, and the exit code is 1', async (t) => {
  const folder = place(t, {
    'apache/httpd.conf': 'Include sites/a.conf\nInclude sites/none.conf',
    'apache/sites/a.conf': oldLocation('/a', 'Require user bob'),
  });
  const { code, error } = await run('--project', join(folder, 'mysite'), join(folder, 'apache/httpd.conf'));
  assert.equal(code, 1);
  assert.deepEqual(error.trimEnd().split('\n'), [
    'httpd.conf:2: Include sites/none.conf names no file',
    'sites/a.conf:6: Require user cannot be declared: make a group of these users',
  ]);
});

test('Include reads nothing outside the folder of the configuration', async (t) => {
  const secret = oldLocation('/secret-place', 'Require valid-user');
  const folder = place(t, { 'outside.conf': secret });
  symlinkSync(join(folder, 'outside.conf'), join(folder, 'apache/sites/link.conf'));
  symlinkSync(folder, join(folder, 'apache/up'));
  for (const pattern of [
    '../outside.conf',
    'sites/../../outside.conf',
    join(folder, 'outside.conf'),
    join(folder, '*.conf'),
    '../*/../outside.conf',
    'sites/link.conf',
    'sites/*.conf',
    'sites',
    'up/outside.conf',
    'u*/o*.conf',
  ]) {
    for (const lines of [`Include ${pattern}`, `ServerRoot ${folder}\nIncludeOptional ${pattern}`]) {
      writeFileSync(join(folder, 'apache/httpd.conf'), lines);
      const { code, out, error } = await run(join(folder, 'apache/httpd.conf'));
      assert.equal(code, 1, lines);
      assert.ok(!out.includes('secret-place') && !error.includes('secret-place'), lines);
    }
  }
});

test('wrong usage and a configuration that cannot be read exit with 2', async (t) => {
  const folder = place(t, {
    'apache/deep.conf': '<A>\n'.repeat(100),
    'apache/big.conf': '#\n'.repeat(1 << 20),
  });
  for (const words of [
    [],
    ['--nothing', 'httpd.conf'],
    ['a.conf', 'b.conf'],
    [join(folder, 'apache/none.conf')],
    [join(folder, 'apache')],
    [join(folder, 'apache/deep.conf')],
    [join(folder, 'apache/big.conf')],
  ]) {
    const { code, out, error } = await run(...words);
    assert.deepEqual([code, out], [2, ''], words.join(' '));
    assert.match(error, /^davgate: \S/);
  }
});
