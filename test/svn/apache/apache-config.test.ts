import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apacheConfig, type ApacheSettings } from '../../../src/svn/apache/apache-config.js';

const settings: ApacheSettings = {
  port: 8099,
  runtimeFolder: '/tmp/run',
  modules: [{ identifier: 'dav_module', file: '/usr/lib/apache2/modules/mod_dav.so' }],
  locations: [
    { path: '/svn', parentPath: '/srv/svn' },
    { path: '/more/code', parentPath: '/srv/a "quoted" folder' },
  ],
};

test('the configuration binds to the loopback address and names each share', () => {
  const lines = apacheConfig(settings).split('\n');
  for (const line of [
    'LoadModule dav_module "/usr/lib/apache2/modules/mod_dav.so"',
    'Listen 127.0.0.1:8099',
    'PidFile "/tmp/run/httpd.pid"',
    '<Location "/svn">',
    '  SVNParentPath "/srv/svn"',
    '<Location "/more/code">',
    '  SVNParentPath "/srv/a \\"quoted\\" folder"',
    'LimitRequestBody 0',
    'TraceEnable Off',
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.equal(lines.filter((line) => line.startsWith('Listen')).length, 1);
});

test('every share needs the secret, which stands only in the environment', () => {
  const text = apacheConfig(settings);
  assert.equal(
    text.match(/Require expr %\{HTTP:X-Davgate-Secret\} == '\$\{DAVGATE_UPSTREAM_SECRET\}'/g)?.length,
    settings.locations.length,
  );
});

test('only where reading is public may a request that reads name no user', () => {
  const locations = [
    { path: '/open', parentPath: '/srv/open', publicReading: true },
    { path: '/closed', parentPath: '/srv/closed' },
  ];
  const text = apacheConfig({ ...settings, locations });
  const [open = '', closed = ''] = text.split('<Location "/closed">');
  const requirements = (part: string) => part.match(/^ *(?:<\/?Require|Require).*$/gm)?.slice(0, 9) ?? [];
  assert.deepEqual(requirements(open.slice(open.indexOf('<Location "/open">'))), [
    '  <RequireAll>',
    "    Require expr %{HTTP:X-Davgate-Secret} == '${DAVGATE_UPSTREAM_SECRET}'",
    '    <RequireAny>',
    '      Require valid-user',
    "      Require expr -z req_novary('Authorization') && %{REQUEST_METHOD} in {'GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'}",
    '    </RequireAny>',
    '  </RequireAll>',
  ]);
  assert.deepEqual(requirements(closed).slice(0, 4), [
    '  <RequireAll>',
    "    Require expr %{HTTP:X-Davgate-Secret} == '${DAVGATE_UPSTREAM_SECRET}'",
    '    Require valid-user',
    '  </RequireAll>',
  ]);
});

for (const path of [
  '/a\nRequire all granted',
  '/a${DAVGATE_UPSTREAM_SECRET}',
  '/a*',
  '/a?',
  '/[ab]',
  '/a\0',
]) {
  test(`the share path ${JSON.stringify(path)} is refused`, () => {
    assert.throws(() => apacheConfig({ ...settings, locations: [{ path, parentPath: '/srv' }] }), {
      kind: 'internal',
    });
  });
}

test('a folder whose name would end the line is refused', () => {
  const locations = [{ path: '/svn', parentPath: '/srv\n</Location>' }];
  assert.throws(() => apacheConfig({ ...settings, locations }), { kind: 'internal' });
});
