import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { limitsOf } from '../../src/config/limits.js';
import { loadDeclaration } from '../../src/config/load.js';
import type { Declaration } from '../../src/config/declaration.js';
import { DeclarationError } from '../../src/config/problems.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { siteOf } from '../../src/django/explicit-site.js';
import { diskOf } from '../../src/config/kinds/disk.js';
import { readMounts } from '../../src/config/mounts.js';
import { declaring, site, staticShare, svnShare, webdavShare, type Json } from './site.js';

/** Django's own users in the folder's db.sqlite3. */
function siteAt(folder: string): Pick<Declaration, 'django'> {
  return { django: { kind: 'site', site: siteOf({ database: 'sqlite:./db.sqlite3' }, folder) } };
}

/** What a share has besides what shares of all kinds have. */
function ownOf({
  policy: _policy,
  words: _words,
  places: _places,
  home: _home,
  disk: _disk,
  isWritten: _isWritten,
  secrets: _secrets,
  ...share
}: DeclaredShare): object {
  return share;
}

test('a declaration that says only what it must gets the defaults', (t) => {
  const { folder, load } = site(t);
  const { shares, positions: _positions, text, ...rest } = load(declaring([staticShare]));
  assert.deepEqual(JSON.parse(text), declaring([staticShare]));
  assert.deepEqual(rest, {
    folder,
    listen: { host: '127.0.0.1', port: 8080 },
    workers: undefined,
    realm: 'davgate',
    ...siteAt(folder),
    publicOrigin: undefined,
    trustedProxies: [],
    stripDomain: false,
    throttle: { counter: 'memory' },
    limits: limitsOf(undefined),
    state: { kind: 'sqlite', file: join(folder, 'var/state.sqlite3') },
    metrics: undefined,
    guard: undefined,
    apache: {},
    grants: [],
  });
  assert.deepEqual(shares.map(ownOf), [
    {
      path: '/media',
      kind: 'static',
      root: join(folder, 'media'),
      trust: 'sandboxed',
    },
  ]);
});

test('a declaration that says everything is taken at its word', (t) => {
  const { folder, load } = site(t);
  const {
    shares,
    positions: _positions,
    text: _text,
    ...rest
  } = load(
    declaring(
      [
        staticShare,
        { ...webdavShare, durability: 'relaxed', quota: '2 KiB', hide: ['*.tmp', '.*'] },
        svnShare,
        { path: '/scratch', kind: 'webdav', storage: { module: './scratch.js', options: { size: 3 } } },
        { path: '/scratch2', kind: 'webdav', storage: { module: 'a-package' } },
        { path: '/deep/er/\u00e4 b', kind: 'webdav', root: join(folder, 'docs') },
      ],
      {
        $schema: './shares.schema.json',
        listen: { host: '::', port: 0 },
        workers: 1,
        realm: 'Die Akten des B\u00fcros',
        state: 'sqlite:./elsewhere/state.sqlite3',
        publicOrigin: 'https://files.example.org',
        trustedProxies: ['127.0.0.1', 'fd00::/8'],
        stripDomain: true,
        throttle: { user: { failures: 3, seconds: 30 }, counter: 'state' },
        metrics: { host: '::1', port: 9464 },
        apache: { binary: './bin/httpd', modules: '/opt/modules' },
      },
    ),
  );
  assert.deepEqual(rest, {
    folder,
    listen: { host: '::', port: 0 },
    workers: 1,
    realm: 'Die Akten des B\u00fcros',
    ...siteAt(folder),
    publicOrigin: 'https://files.example.org',
    trustedProxies: ['127.0.0.1', 'fd00::/8'],
    stripDomain: true,
    throttle: { user: { failures: 3, seconds: 30 }, counter: 'state' },
    limits: limitsOf(undefined),
    state: { kind: 'sqlite', file: join(folder, 'elsewhere/state.sqlite3') },
    metrics: { host: '::1', port: 9464 },
    guard: undefined,
    apache: { binary: join(folder, 'bin/httpd'), modules: '/opt/modules' },
    grants: [],
  });
  assert.deepEqual(shares.map(ownOf), [
    {
      path: '/media',
      kind: 'static',
      root: join(folder, 'media'),
      trust: 'sandboxed',
    },
    {
      path: '/docs',
      kind: 'webdav',
      quota: 2048,
      hide: ['*.tmp', '.*'],
      storage: {
        kind: 'folder',
        root: join(folder, 'docs'),
        durability: 'relaxed',
        disk: diskOf(folder, {}, readMounts()),
      },
    },
    { path: '/svn', kind: 'svn', source: { kind: 'repositories', folder: join(folder, 'svn') } },
    {
      path: '/scratch',
      kind: 'webdav',
      storage: { kind: 'module', module: './scratch.js', options: { size: 3 }, folder },
    },
    {
      path: '/scratch2',
      kind: 'webdav',
      storage: { kind: 'module', module: 'a-package', options: {}, folder },
    },
    {
      path: '/deep/er/\u00e4 b',
      kind: 'webdav',
      storage: {
        kind: 'folder',
        root: join(folder, 'docs'),
        durability: 'full',
        disk: diskOf(folder, {}, readMounts()),
      },
    },
  ]);
});

test('a host or a port alone leaves the other at its default', (t) => {
  const { load } = site(t);
  const listening = (listen: unknown) => load(declaring([staticShare], { listen })).listen;
  assert.deepEqual(listening({ port: 9000 }), { host: '127.0.0.1', port: 9000 });
  assert.deepEqual(listening({ host: '0.0.0.0' }), { host: '0.0.0.0', port: 8080 });
});

test('a database may be named relatively, absolutely and with the slashes of a URL', (t) => {
  const { folder, load } = site(t);
  for (const url of ['sqlite:db.sqlite3', `sqlite:${folder}/db.sqlite3`, `sqlite://${folder}/db.sqlite3`]) {
    const declared = load(declaring([staticShare], { django: { database: url } }));
    assert.deepEqual({ django: declared.django }, siteAt(folder), url);
  }
});

test('the sample declaration loads', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'davgate-sample-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'shares.json');
  copyFileSync(resolve('repos-sample/shares.json'), file);
  // What setting the sample up makes.
  for (const name of ['media', 'docs', 'svn', 'staff']) mkdirSync(join(folder, name));
  mkdirSync(join(folder, 'django-site'));
  writeFileSync(join(folder, 'django-site/db.sqlite3'), '');
  assert.deepEqual(
    loadDeclaration(file).shares.map(({ kind, path }) => `${kind} ${path}`),
    ['static /media', 'webdav /docs', 'svn /svn', 'webdav /staff', 'webdav /scratch'],
  );
});

const urlPath = 'must be an absolute URL path such as "/docs", without a trailing slash, `%`, `?` or `#`';
const permissionForm = 'must be Django\u2019s "app_label.codename", such as "docs.view_document"';
const oneOrOther = 'needs either "root" (a folder) or "storage" (a module), not both';
const notForApache =
  'must not contain `*`, `[`, `]` or `${` in an svn share: they mean something else to Apache';
const kinds = 'must be one of "static", "webdav", "svn" and "guard"';
const noControls = 'must not contain control characters';
const inRepository =
  'in an svn share each rule must name a repository, such as "/sample", not a path inside one; use "authz" for those';

interface Wrong {
  readonly name: string;
  readonly declaration: unknown;
  readonly problems: readonly string[];
}

const share = (what: object) => declaring([{ ...webdavShare, ...what }]);
const rest = (what: Readonly<Record<string, unknown>>) => declaring([staticShare], what);

const wrongs: readonly Wrong[] = [
  { name: 'a list', declaration: [], problems: [': must be an object'] },
  { name: 'null', declaration: null, problems: [': must be an object'] },
  { name: 'text', declaration: '"shares"', problems: [': must be an object'] },
  { name: 'nothing in it', declaration: {}, problems: ['django: is missing', 'shares: is missing'] },
  { name: 'no shares', declaration: declaring([]), problems: ['shares: must declare at least one share'] },
  {
    name: 'shares that are no list',
    declaration: rest({ shares: {} }),
    problems: ['shares: must be an array'],
  },
  {
    name: 'a share that is no object',
    declaration: declaring(['/docs']),
    problems: ['shares[0]: must be an object'],
  },

  {
    name: 'an unknown key at the top',
    declaration: rest({ listne: {} }),
    problems: ['listne: is not a known key'],
  },
  {
    name: 'metrics without a port, and with a key that is not known',
    declaration: rest({ metrics: { path: '/metrics' } }),
    problems: ['metrics.port: is missing', 'metrics.path: is not a known key'],
  },
  {
    name: 'unknown keys in listen and django',
    declaration: rest({ listen: { prot: 1 }, django: { database: 'sqlite:db.sqlite3', secret: 'x' } }),
    problems: ['listen.prot: is not a known key', 'django.secret: is not a known key'],
  },
  {
    name: 'unknown keys in a share',
    declaration: share({ requires: {}, readonly: true }),
    problems: ['shares[0].requires: is not a known key', 'shares[0].readonly: is not a known key'],
  },
  {
    name: 'an unknown key in require',
    declaration: share({ require: { is_staff: true } }),
    problems: ['shares[0].require.is_staff: is not a known key'],
  },
  {
    name: 'an unknown key in write',
    declaration: share({ write: { perm: 'docs.add_document' } }),
    problems: ['shares[0].write.perm: is not a known key'],
  },
  {
    name: 'unknown keys in rules',
    declaration: share({
      rules: [
        { path: '/a', writes: false },
        { path: '/b', require: { group: 'x' }, write: { group: 'x' } },
      ],
    }),
    problems: [
      'shares[0].rules[0].writes: is not a known key',
      'shares[0].rules[1].require.group: is not a known key',
      'shares[0].rules[1].write.group: is not a known key',
    ],
  },
  {
    name: 'an unknown key in storage',
    declaration: declaring([{ path: '/a', kind: 'webdav', storage: { module: 'm', option: {} } }]),
    problems: ['shares[0].storage.option: is not a known key'],
  },
  {
    name: 'write in a static share',
    declaration: declaring([{ ...staticShare, write: false }]),
    problems: ['shares[0].write: is not a known key'],
  },
  {
    name: 'write in a rule of a static share',
    declaration: declaring([{ ...staticShare, rules: [{ path: '/a', write: false }] }]),
    problems: ['shares[0].rules[0].write: is not a known key'],
  },
  {
    name: 'a key of another kind of share',
    declaration: declaring([{ ...svnShare, root: './docs' }]),
    problems: ['shares[0].root: is not a known key'],
  },

  { name: 'an unknown kind', declaration: share({ kind: 'ftp' }), problems: [`shares[0].kind: ${kinds}`] },
  { name: 'no kind', declaration: declaring([{ path: '/a' }]), problems: [`shares[0].kind: ${kinds}`] },
  {
    name: 'a share without a path and a folder',
    declaration: declaring([{ kind: 'static' }]),
    problems: ['shares[0].path: is missing', 'shares[0].root: is missing'],
  },
  {
    name: 'an svn share without repositories',
    declaration: declaring([{ path: '/svn', kind: 'svn' }]),
    problems: [
      'shares[0]: needs exactly one of "repositories" (a folder of them), "repository" and "upstream" (an Apache)',
    ],
  },

  {
    name: 'values of the wrong type',
    declaration: rest({ listen: { host: 1, port: '80' }, realm: 3, state: false, django: 'x' }),
    problems: [
      'listen.host: must be a string',
      'listen.port: must be a number',
      'realm: must be a string',
      'django: must be an object',
      'state: must be a string',
    ],
  },
  {
    name: 'requirements of the wrong type',
    declaration: share({ require: { staff: 'yes', superuser: null, permission: 7, groups: 'Editors' } }),
    problems: [
      'shares[0].require.staff: must be a boolean',
      'shares[0].require.superuser: must be a boolean',
      'shares[0].require.permission: must be a string',
      'shares[0].require.groups: must be an array',
    ],
  },
  {
    name: 'write of the wrong type',
    declaration: share({ write: { staff: 1 } }),
    problems: ['shares[0].write.staff: must be a boolean'],
  },
  ...[true, null, 'no', []].map((write) => ({
    name: `write that is ${JSON.stringify(write)}`,
    declaration: share({ write }),
    problems: ['shares[0].write: must be false or an object of requirements'],
  })),
  {
    name: 'a rule without a path',
    declaration: share({ rules: [{ write: false }] }),
    problems: ['shares[0].rules[0].path: is missing'],
  },
  {
    name: 'half a port',
    declaration: rest({ listen: { port: 80.5 } }),
    problems: ['listen.port: must be a whole number'],
  },
  {
    name: 'a port that there is not',
    declaration: rest({ listen: { port: 65536 } }),
    problems: ['listen.port: too big: expected number to be <=65535'],
  },
  {
    name: 'a quota that is no size',
    declaration: share({ quota: '10 gigabytes' }),
    problems: ['shares[0].quota: must be a number of bytes, or a size such as "10 GiB"'],
  },
  {
    name: 'a pattern to hide that is a path',
    declaration: share({ hide: ['*.tmp', 'drafts/*'] }),
    problems: ['shares[0].hide[1]: must match a name, not a path: no `/`'],
  },
  {
    name: 'a durability that there is not',
    declaration: share({ durability: 'none' }),
    problems: ['shares[0].durability: must be one of "full" and "relaxed"'],
  },
  {
    name: 'password hashers that are not known',
    declaration: declaring([webdavShare], {
      django: {
        database: 'sqlite:./db.sqlite3',
        hashers: ['argon2', 'rot13', 'md5', 'PBKDF2PasswordHasher'],
      },
    }),
    problems: [1, 3].map(
      (index) =>
        `django.hashers[${index}]: must be one of "pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", ` +
        '"bcrypt", "scrypt", "sha1", "md5", "unsalted_sha1", "unsalted_md5" and "crypt"',
    ),
  },

  ...['view_document', 'docs.', '.view', 'docs view', '1docs.view', 'docs.view_document '].map(
    (permission) => ({
      name: `the permission "${permission}"`,
      declaration: share({ require: { permission } }),
      problems: [`shares[0].require.permission: ${permissionForm}`],
    }),
  ),
  {
    name: 'a bad permission in write and in a rule',
    declaration: share({ write: { permission: 'x' }, rules: [{ path: '/a', write: { permission: 'y' } }] }),
    problems: [
      `shares[0].write.permission: ${permissionForm}`,
      `shares[0].rules[0].write.permission: ${permissionForm}`,
    ],
  },
  {
    name: 'no groups',
    declaration: share({ require: { groups: [] } }),
    problems: ['shares[0].require.groups: must name at least one group'],
  },
  {
    name: 'a group without a name',
    declaration: share({ require: { groups: ['Editors', ''] } }),
    problems: ['shares[0].require.groups[1]: must be the name of a group'],
  },

  ...['', '/', 'docs', '/docs/', '/a//b', '/a%20b', '/a?b', '/a#b', '/a\\b', 'http://h/a'].map((path) => ({
    name: `the path "${path}"`,
    declaration: share({ path }),
    problems: [`shares[0].path: ${urlPath}`],
  })),
  ...['/.', '/..', '/a/../b', '/./a'].map((path) => ({
    name: `the path "${path}"`,
    declaration: share({ path }),
    problems: ['shares[0].path: must not contain `.` or `..`'],
  })),
  ...['/a\tb', '/a\nb', '/a\0', '/\u007f'].map((path) => ({
    name: `the path ${JSON.stringify(path)}`,
    declaration: share({ path }),
    problems: ['shares[0].path: must not contain control characters'],
  })),
  {
    name: 'a path that is too long',
    declaration: share({ path: `/${'a'.repeat(5000)}` }),
    problems: ['shares[0].path: must be at most 1,024 characters long'],
  },
  {
    name: 'a bad path in a rule',
    declaration: share({ rules: [{ path: '/a' }, { path: 'minutes/' }, { path: '/a\rb' }] }),
    problems: [
      `shares[0].rules[1].path: ${urlPath}`,
      'shares[0].rules[2].path: must not contain control characters',
    ],
  },

  {
    name: 'a realm with a line break',
    declaration: rest({ realm: 'a\r\nb' }),
    problems: [`realm: ${noControls}`],
  },
  {
    name: 'a realm with half a character',
    declaration: rest({ realm: 'a\ud83d' }),
    problems: [`realm: ${noControls}`],
  },

  {
    name: 'a state database that is neither SQLite nor PostgreSQL',
    declaration: rest({ state: 'state.sqlite3' }),
    problems: [
      'state: must be "sqlite:" followed by a file, such as "sqlite:./var/state.sqlite3", or "postgresql://user:password@host/name"',
    ],
  },
  {
    name: 'a database that does not exist',
    declaration: rest({ django: { database: 'sqlite:./nowhere.sqlite3' } }),
    problems: ['django.database: the file ./nowhere.sqlite3 does not exist'],
  },
  {
    name: 'a database that is a folder',
    declaration: rest({ django: { database: 'sqlite:./docs' } }),
    problems: ['django.database: the file ./docs is a folder, not a file'],
  },

  {
    name: 'folders that do not exist',
    declaration: declaring([
      { ...staticShare, root: './nowhere' },
      { ...webdavShare, root: './db.sqlite3' },
      { ...svnShare, repositories: './db.sqlite3/svn' },
      { path: '/nul', kind: 'static', root: './media\0' },
    ]),
    problems: [
      'shares[0].root: the folder ./nowhere does not exist',
      'shares[1].root: the folder ./db.sqlite3 is not a folder',
      'shares[2].repositories: the folder ./db.sqlite3/svn does not exist',
      'shares[3].root: the folder ./media\0 does not exist',
    ],
  },
  {
    name: 'both root and storage',
    declaration: share({ storage: { module: 'm' } }),
    problems: [`shares[0]: ${oneOrOther}`],
  },
  {
    name: 'neither root nor storage',
    declaration: declaring([{ path: '/docs', kind: 'webdav' }]),
    problems: [`shares[0]: ${oneOrOther}`],
  },

  {
    name: 'a path that two shares have',
    declaration: declaring([staticShare, webdavShare, { ...webdavShare, path: '/media' }]),
    problems: ['shares[2].path: /media is already the path of shares[0]'],
  },
  {
    name: 'a share inside another',
    declaration: declaring([webdavShare, { ...staticShare, path: '/docs/media' }]),
    problems: [
      'shares[1].path: /docs/media overlaps /docs of shares[0]; use `rules` for a path inside a share',
    ],
  },
  {
    name: 'a share around another',
    declaration: declaring([{ ...staticShare, path: '/docs/media' }, webdavShare]),
    problems: [
      'shares[1].path: /docs overlaps /docs/media of shares[0]; use `rules` for a path inside a share',
    ],
  },
  {
    name: 'a path that two rules have, once composed and once decomposed',
    declaration: share({
      rules: [{ path: '/a' }, { path: '/caf\u00e9' }, { path: '/a', write: false }, { path: '/cafe\u0301' }],
    }),
    problems: [
      'shares[0].rules[2].path: /a already has a rule',
      'shares[0].rules[3].path: /caf\u00e9 already has a rule',
    ],
  },
  {
    name: 'paths of svn shares that mean something else to Apache',
    declaration: declaring([
      { ...svnShare, path: '/svn*' },
      { ...svnShare, path: '/${HOME}' },
    ]),
    problems: [`shares[0].path: ${notForApache}`, `shares[1].path: ${notForApache}`],
  },
  {
    name: 'a rule inside a repository',
    declaration: declaring([{ ...svnShare, rules: [{ path: '/sample' }, { path: '/sample/trunk' }] }]),
    problems: [`shares[0].rules[1]: ${inRepository}`],
  },
  {
    name: 'an svn share of several sources, and what belongs to others',
    declaration: declaring([
      { ...svnShare, repository: './svn', rules: [{ path: '/a' }] },
      { path: '/u', kind: 'svn', upstream: 'http://127.0.0.1:8081', authz: './db.sqlite3' },
      { path: '/v', kind: 'svn', upstream: 'ftp://x/y', upstreamSecretFile: './nowhere' },
      {
        ...svnShare,
        path: '/w',
        upstreamSecretFile: './nowhere',
        upstreamAuthzFile: './x',
        authz: './nowhere',
      },
      { path: '/x', kind: 'svn', repository: './nowhere' },
    ]),
    problems: [
      'shares[0]: needs exactly one of "repositories" (a folder of them), "repository" and "upstream" (an Apache)',
      'shares[0].rules[0]: a share of one repository cannot have rules; use "authz" for paths inside it',
      'shares[1]: "upstream" and "upstreamSecretFile" must be set together',
      'shares[1]: "upstreamAuthzFile" must be set if both "upstream" and "authz" are set, and only then',
      'shares[2].upstream: must be an origin such as "http://127.0.0.1:8081"',
      'shares[3]: "upstream" and "upstreamSecretFile" must be set together',
      'shares[3]: "upstreamAuthzFile" must be set if both "upstream" and "authz" are set, and only then',
      'shares[4].repository: the folder ./nowhere does not exist',
    ],
  },

  {
    name: 'something of everything, which is told at once',
    declaration: {
      listen: { port: -1 },
      django: { database: 'sqlite:./nowhere.sqlite3' },
      shares: [
        { path: '/media', kind: 'static', root: './nowhere' },
        { path: '/media/x', kind: 'webdav', root: './docs', write: { permission: null } },
        { path: '/svn', kind: 'svn', repositories: './svn', require: { stuff: true } },
      ],
      extra: 1,
    },
    problems: [
      'listen.port: too small: expected number to be >=0',
      'django.database: the file ./nowhere.sqlite3 does not exist',
      'shares[0].root: the folder ./nowhere does not exist',
      'shares[1].path: /media/x overlaps /media of shares[0]; use `rules` for a path inside a share',
      'shares[2].require.stuff: is not a known key',
      'extra: is not a known key',
    ],
  },
];

describe('loadDeclaration refuses', () => {
  for (const { name, declaration, problems } of wrongs) {
    test(name, (t) => {
      // Their order is that of the file, which has a test of its own.
      assert.deepEqual(site(t).problems(declaration).sort(), [...problems].sort());
    });
  }
});

test('paths that only begin alike do not overlap', (t) => {
  const { problems } = site(t);
  assert.deepEqual(
    problems(declaring([webdavShare, { ...webdavShare, path: '/docs2' }, { ...webdavShare, path: '/Docs' }])),
    [],
  );
});

test('a rule in an svn share may name a repository', (t) => {
  const { problems } = site(t);
  assert.deepEqual(problems(declaring([{ ...svnShare, rules: [{ path: '/sample', write: false }] }])), []);
});

describe('secrets must not lie in what is served', () => {
  const contains = (what: string, place = 'shares[0].root') =>
    `${place}: contains ${what}, which the share would serve`;

  test('the declaration, the databases and all', (t) => {
    const { problems } = site(t);
    assert.deepEqual(problems(declaring([{ ...staticShare, root: '.' }])), [
      contains('Django\u2019s database'),
      contains('the state database'),
      contains('this declaration'),
    ]);
  });

  test('a Django project, settings and all, that is a share or lies in one; a share may lie in a project', (t) => {
    const { folder, problems } = site(t);
    for (const path of ['docs/site/uploads', 'docs/site/mysite'])
      mkdirSync(join(folder, path), { recursive: true });
    const django = { project: './docs/site', settings: 'mysite.settings' };
    const sharing = (root: string) => problems(declaring([{ ...staticShare, root }], { django }));
    assert.deepEqual(sharing('./docs/site'), [contains('the Django project')]);
    assert.deepEqual(sharing('./docs'), [contains('the Django project')]);
    assert.deepEqual(sharing('./docs/site/uploads'), []);
  });

  test("Django's database in a subfolder of a webdav share", (t) => {
    const { folder, problems } = site(t);
    mkdirSync(join(folder, 'docs/site'));
    writeFileSync(join(folder, 'docs/site/db.sqlite3'), '');
    const django = { database: 'sqlite:./docs/site/db.sqlite3' };
    assert.deepEqual(problems(declaring([staticShare, webdavShare], { django })), [
      contains('Django\u2019s database', 'shares[1].root'),
    ]);
  });

  test('a state database that does not exist yet', (t) => {
    const { problems } = site(t);
    const state = 'sqlite:./media/not/yet/state.sqlite3';
    assert.deepEqual(problems(declaring([staticShare], { state })), [contains('the state database')]);
  });

  test('the key for a state database on another machine', (t) => {
    const { folder, problems } = site(t);
    writeFileSync(join(folder, 'media/key.pem'), '');
    const state =
      'postgresql://davgate@db.example.org/davgate?sslmode=require&sslcert=./media/crt.pem&sslkey=./media/key.pem';
    assert.deepEqual(problems(declaring([staticShare], { state })), [
      contains('the key for the state database'),
    ]);
  });

  test('behind a share that is a symbolic link', (t) => {
    const { folder, problems } = site(t);
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/db.sqlite3'), '');
    symlinkSync('data', join(folder, 'published'));
    const django = { database: 'sqlite:./data/db.sqlite3' };
    assert.deepEqual(problems(declaring([{ ...staticShare, root: './published' }], { django })), [
      contains('Django\u2019s database'),
    ]);
  });

  test('behind a database that is a symbolic link, and a state in a linked folder', (t) => {
    const { folder, problems } = site(t);
    writeFileSync(join(folder, 'docs/real.sqlite3'), '');
    symlinkSync('docs/real.sqlite3', join(folder, 'link.sqlite3'));
    symlinkSync('docs', join(folder, 'var'));
    const django = { database: 'sqlite:./link.sqlite3' };
    assert.deepEqual(problems(declaring([webdavShare], { django })), [
      contains('Django\u2019s database'),
      contains('the state database'),
    ]);
  });

  test('the whole file system', (t) => {
    const { problems } = site(t);
    assert.equal(problems(declaring([{ ...staticShare, root: '/' }])).length, 3);
  });

  test('a folder whose name only begins alike is no matter', (t) => {
    const { folder, problems } = site(t);
    mkdirSync(join(folder, 'docs-of-django'));
    writeFileSync(join(folder, 'docs-of-django/db.sqlite3'), '');
    const django = { database: 'sqlite:./docs-of-django/db.sqlite3' };
    assert.deepEqual(problems(declaring([webdavShare], { django })), []);
  });

  test('a link to a database outside is no matter where nobody writes, since storage does not follow it', (t) => {
    const { folder, problems } = site(t);
    symlinkSync('../db.sqlite3', join(folder, 'docs/db.sqlite3'));
    const django = { database: 'sqlite:./docs/db.sqlite3' };
    const sharing = (share: unknown) => problems(declaring([share], { django }));
    assert.deepEqual(sharing({ ...webdavShare, write: false }), []);
    assert.deepEqual(sharing({ ...staticShare, root: './docs' }), []);
    // Users could put a database of theirs in its place.
    assert.deepEqual(sharing(webdavShare), [contains('Django\u2019s database')]);
  });

  test('what of a Django project is run, whatever else of it may be shared', (t) => {
    const { folder, problems } = site(t);
    for (const path of [
      'site/mysite/settings',
      'site/mysite/static',
      'site/.venv/lib/x',
      'site/uploads',
      'env/bin',
    ])
      mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, 'env/pyvenv.cfg'), '');
    writeFileSync(join(folder, 'env/bin/python'), '');
    symlinkSync('site/mysite', join(folder, 'linked'));
    const django = { project: './site', settings: 'mysite.settings.live', python: './env/bin/python' };
    const settings = [contains('the project\u2019s settings')];
    const table: readonly (readonly [root: string, problems: readonly string[]])[] = [
      ['./site', [contains('the Django project')]],
      ['./site/mysite', settings],
      ['./linked', settings],
      ['./site/mysite/settings', settings],
      ['./site/mysite/static', []],
      ['./site/uploads', []],
      ['./site/.venv', [contains('the Python environment')]],
      [
        './site/.venv/lib/x',
        ['shares[0].root: is inside the Python environment, which the share would serve'],
      ],
      ['./env', [contains('the Python environment')]],
      ['./env/bin', ['shares[0].root: is inside the Python environment, which the share would serve']],
    ];
    for (const kind of ['static', 'webdav']) {
      for (const [root, expected] of table) {
        assert.deepEqual(problems(declaring([{ path: '/a', kind, root }], { django })), expected, root);
      }
    }
  });

  test('repositories with their hooks, path rules, secrets and storage modules', (t) => {
    const { folder, problems } = site(t);
    const repository = join(folder, 'docs/svn/one');
    for (const path of ['db', 'hooks']) mkdirSync(join(repository, path), { recursive: true });
    for (const path of ['svn/one/format', 'authz', 'secret', 'storage.js'])
      writeFileSync(join(folder, 'docs', path), '');
    const upstream = { path: '/up', kind: 'svn', upstream: 'https://svn.example.org' };
    const module = (name: string) => ({ path: '/m', kind: 'webdav', storage: { module: name } });
    const table: readonly (readonly [share: Json, what: string])[] = [
      [{ ...svnShare, repositories: './docs/svn' }, 'the repositories of /svn'],
      [{ ...svnShare, repositories: undefined, repository: './docs/svn/one' }, 'the repositories of /svn'],
      [{ ...svnShare, authz: './docs/authz' }, 'path rules of an svn share'],
      [{ ...upstream, upstreamSecretFile: './docs/secret' }, 'the secret of an svn share'],
      [
        {
          ...upstream,
          upstreamSecretFile: './db.sqlite3',
          authz: './db.sqlite3',
          upstreamAuthzFile: './docs/new',
        },
        'path rules of an svn share',
      ],
      [module('./docs/storage.js'), 'a storage module'],
      [module('./docs/storage'), 'a storage module'],
    ];
    for (const [share, what] of table) {
      for (const kind of ['webdav', 'static']) {
        assert.deepEqual(problems(declaring([{ ...webdavShare, kind }, share])), [contains(what)], what);
      }
    }
    for (const root of ['./docs/svn/one', './docs/svn/one/hooks']) {
      const shares = [
        { ...webdavShare, root },
        { ...svnShare, repositories: './docs/svn' },
      ];
      assert.deepEqual(problems(declaring(shares)), [
        'shares[0].root: is inside the repositories of /svn, which the share would serve',
      ]);
    }
  });

  test('a link that users could replace, in a folder on the way', (t) => {
    const { folder, problems } = site(t);
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere/storage.js'), '');
    mkdirSync(join(folder, 'docs/deep'));
    symlinkSync('../../elsewhere', join(folder, 'docs/deep/modules'));
    symlinkSync('docs/deep/modules', join(folder, 'modules'));
    const share = { path: '/m', kind: 'webdav', storage: { module: './modules/storage.js' } };
    assert.deepEqual(problems(declaring([webdavShare, share])), [contains('a storage module')]);
    assert.deepEqual(problems(declaring([{ ...webdavShare, write: false }, share])), []);
  });
});

describe('what is not JSON is told with its line and column', () => {
  const texts: readonly (readonly [name: string, text: string, message: string])[] = [
    [
      'a comma too many',
      '{\n  "shares": [],\n}\n',
      'a key in double quotation marks is missing, or there is an extra comma (line 3, column 1)',
    ],
    ['a comma too few', '{ "a": 1\n  "b": 2 }', 'a comma is missing (line 2, column 3)'],
    ['a comment', '{\n  // shares\n}', 'JSON does not allow comments (line 2, column 3)'],
    ['a comment at the start', '// shares\n{}', 'JSON does not allow comments (line 1, column 1)'],
    [
      'a word without quotes',
      '{\n  "a": yes\n}',
      'a word other than true, false and null, or text without double quotation marks (line 2, column 8)',
    ],
    [
      'single quotes',
      '{"a": ["b",\n\n \'c\']}',
      'a word other than true, false and null, or text without double quotation marks (line 3, column 2)',
    ],
    [
      'a misspelt true',
      '{"a": true, "b": ture}',
      'a word other than true, false and null, or text without double quotation marks (line 1, column 18)',
    ],
    [
      'a comma where a value belongs',
      '{"a": ,}',
      'a value is missing, or there is an extra comma (line 1, column 7)',
    ],
    [
      'the same mistake as an innocent text before it',
      '{"a": "yes, yes, yes, yes, yes", "b": "yes, yes, yes", "c": yes}',
      'a word other than true, false and null, or text without double quotation marks (line 1, column 61)',
    ],
    ['a line break in a string', '{"a": "b\n"}', 'a closing quotation mark is missing (line 1, column 7)'],
    [
      'something behind the end',
      '{}\n{}',
      'there is text after the end of the declaration (line 2, column 1)',
    ],
    ['half a file', '{\n  "shares": [', 'a closing bracket ] is missing (line 2, column 14)'],
    ['nothing', '', 'a value is missing, or there is an extra comma (line 1, column 1)'],
  ];
  for (const [name, text, message] of texts) {
    test(name, (t) => {
      assert.deepEqual(site(t).problems(text), [`: The file is not valid JSON: ${message}`]);
    });
  }
});

test('every problem is told with its line and column, in the order of the file', (t) => {
  const { file, load } = site(t);
  const text = `{
  "shares": [
    { "path": "/media", "kind": "static", "root": "./nowhere" },
    { "path": "/docs", "kind": "webdav", "root": "./docs",
      "require": { "staf": true } }
  ],
  "realm": ""
}`;
  assert.throws(() => load(text), {
    name: 'DeclarationError',
    message:
      `${file} has 4 problems:\n` +
      '  line 1, column 1: django: is missing\n' +
      '  line 3, column 43: shares[0].root: the folder ./nowhere does not exist\n' +
      '  line 5, column 20: shares[1].require.staf: is not a known key\n' +
      '  line 7, column 3: realm: too small: expected string to have >=1 characters',
  });
});

test('a file that is missing is named as it was given', (t) => {
  const { folder } = site(t);
  const file = join(folder, 'nowhere.json');
  assert.throws(() => loadDeclaration(file), {
    name: 'DeclarationError',
    message: `${file} has a problem:\n  The file does not exist.`,
  });
});

test('a file that is a folder is told as such', (t) => {
  const { folder } = site(t);
  assert.throws(() => loadDeclaration(folder), {
    name: 'DeclarationError',
    message: `${folder} has a problem:\n  The file is a folder, not a file.`,
  });
});

test('relative paths are relative to the file, not to where the process was started', (t) => {
  const { file, load } = site(t);
  load(declaring([webdavShare]));
  assert.notEqual(process.cwd(), dirname(file));
  assert.match(readFileSync(file, 'utf8'), /"\.\/docs"/);
  assert.equal(loadDeclaration(file).folder, dirname(file));
});

test('the permissions and groups that shares name are known by their places', (t) => {
  const { load } = site(t);
  const { grants } = load(
    declaring([
      {
        ...staticShare,
        require: { groups: ['a', 'b'] },
        rules: [{ path: '/x', require: { permission: 'a.b' } }],
      },
      {
        ...webdavShare,
        require: { permission: 'c.d' },
        write: { groups: ['c'] },
        rules: [
          { path: '/y', require: { permission: null }, write: { permission: 'e.f' } },
          { path: '/z', write: false },
        ],
      },
    ]),
  );
  assert.deepEqual(
    grants.map(({ kind, name, place }) => `${place}: ${kind} ${name}`),
    [
      'shares[0].require.groups[0]: group a',
      'shares[0].require.groups[1]: group b',
      'shares[0].rules[0].require.permission: permission a.b',
      'shares[1].require.permission: permission c.d',
      'shares[1].write.groups[0]: group c',
      'shares[1].rules[0].write.permission: permission e.f',
    ],
  );
});

test('a folder of repositories and a repository are not taken for each other', (t) => {
  const { folder, problems } = site(t);
  const repository = (...names: string[]): void => {
    const at = join(folder, ...names);
    mkdirSync(join(at, 'db'), { recursive: true });
    writeFileSync(join(at, 'format'), '5\n');
  };
  repository('one');
  for (const name of ['a', 'b', 'c', 'd']) repository('several', name);
  mkdirSync(join(folder, 'several', 'no-repository'));
  mkdirSync(join(folder, 'checked-out', '.svn'), { recursive: true });
  const share = (number: number, source: Json): Json => ({ path: `/${number}`, kind: 'svn', ...source });
  const sources: readonly Json[] = [
    { repositories: './one' },
    { repository: './several' },
    { repository: './svn' },
    { repositories: './checked-out' },
    { repositories: './several' },
    { repository: './one' },
    { repositories: './svn' },
    { repository: './several/d' },
  ];
  assert.deepEqual(problems(declaring(sources.map((source, number) => share(number, source)))), [
    'shares[0].repositories: the folder ./one is a single repository, not a folder of repositories: declare it as "repository", ' +
      'or name the folder that contains it',
    'shares[1].repository: the folder ./several is not a repository, but contains a, b, c …: declare it as "repositories", ' +
      'or name one of them',
    'shares[2].repository: the folder ./svn is not a Subversion repository; create one with svnadmin create',
    'shares[3].repositories: the folder ./checked-out is a working copy that svn checked out; ' +
      'name the folder that svnadmin created',
  ]);
});

test('symbolic links that lead nowhere are told as such', (t) => {
  const { folder, problems } = site(t);
  symlinkSync('./gone', join(folder, 'dangling'));
  symlinkSync('./circle', join(folder, 'circle'));
  assert.deepEqual(
    problems(
      declaring([
        { ...staticShare, root: './dangling' },
        { ...webdavShare, root: './circle' },
      ]),
    ),
    [
      `shares[0].root: the folder ./dangling is a symbolic link to ${folder}/gone, which does not exist`,
      'shares[1].root: the folder ./circle is a symbolic link that leads back to itself',
    ],
  );
});

test('the error tells all problems, a line for each', () => {
  const error = new DeclarationError('shares.json', [
    { place: 'listen.port', message: 'is missing' },
    { place: '', message: 'must be an object' },
  ]);
  assert.equal(error.message, 'shares.json has 2 problems:\n  listen.port: is missing\n  must be an object');
});

test('a storage module, which each worker would have for itself, excludes workers', (t) => {
  const { load, problems } = site(t);
  const scratch = { path: '/scratch', kind: 'webdav', storage: { module: './scratch.js' } };
  assert.deepEqual(problems(declaring([staticShare, scratch], { workers: 2 })), [
    'workers: must be 1, because shares[1].storage is a module, which each worker would load for itself',
  ]);
  assert.equal(load(declaring([staticShare, scratch], { workers: 1 })).workers, 1);
  assert.equal(load(declaring([staticShare], { workers: 3 })).workers, 3);
});
