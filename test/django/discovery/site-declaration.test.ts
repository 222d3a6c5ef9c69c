import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../../helpers/seeded-fast-check.js';
import { parseDatabaseUrl } from '../../../src/database/database-url.js';
import { formatDatabaseUrl, siteToDeclaration } from '../../../src/django/discovery/site-declaration.js';
import { knownAlgorithms } from '../../../src/django/hashers/django-hashers.js';
import { explicitSiteSchema, siteOf } from '../../../src/django/explicit-site.js';
import type { TlsFiles } from '../../../src/database/location.js';
import { defaultUserModel, type DjangoSite } from '../../../src/django/site.js';
import { djangoProject, settings } from './django-project.js';

const site: DjangoSite<TlsFiles> = {
  database: {
    kind: 'postgresql',
    server: {
      host: 'db.example',
      port: 5433,
      socket: undefined,
      user: 'clerk',
      password: 'p@ss word',
      database: 'site',
      tls: { verify: true, caFile: '/etc/ssl/ca.pem' },
    },
  },
  user: {
    table: 'people_person',
    columns: { id: 'id', username: 'email', password: 'password', isSuperuser: 'is_superuser' },
    groups: { table: 'people_person_groups', user: 'person_id', other: 'group_id' },
  },
  hashers: ['argon2', 'pbkdf2_sha256'],
  secretKeys: ['new key', 'old key'],
  sessions: {
    engine: 'signed_cookies',
    cookieName: 'sessionid',
    cookieAge: 300,
    table: 'django_session',
    loginUrl: '/login/',
    backends: ['django.contrib.auth.backends.ModelBackend'],
  },
};

describe('a site as a declaration', () => {
  test('has secrets where they are asked for', () => {
    assert.deepEqual(siteToDeclaration(site, { secrets: true }), {
      database:
        'postgresql://clerk:p%40ss%20word@db.example:5433/site?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem',
      user: {
        table: 'people_person',
        columns: {
          id: 'id',
          username: 'email',
          password: 'password',
          isActive: null,
          isStaff: null,
          isSuperuser: 'is_superuser',
          firstName: null,
          lastName: null,
          email: null,
        },
        groups: { table: 'people_person_groups', user: 'person_id', other: 'group_id' },
        permissions: null,
      },
      hashers: ['argon2', 'pbkdf2_sha256'],
      secretKey: 'new key',
      secretKeyFallbacks: ['old key'],
      sessions: {
        engine: 'signed_cookies',
        cookieName: 'sessionid',
        cookieAge: 300,
        table: 'django_session',
        loginUrl: '/login/',
        backends: ['django.contrib.auth.backends.ModelBackend'],
      },
    });
  });

  test('has none otherwise, and is then not accepted', () => {
    const declaration = siteToDeclaration(site, { secrets: false });
    assert.doesNotMatch(JSON.stringify(declaration), /p@ss|p%40ss|new key|old key/);
    assert.match(declaration.database, /^postgresql:\/\/clerk:LEFT-OUT@db\.example/);
    const parsed = explicitSiteSchema.safeParse(declaration);
    assert.deepEqual(
      parsed.error?.issues.map(({ path }) => path.join('.')),
      ['database', 'secretKey', 'secretKeyFallbacks.0'],
    );
  });

  test('made from a real site is that site', async (t) => {
    const { discover } = djangoProject(t, { 'settings.py': settings("LOGIN_URL = '/in/'") });
    const found = (await discover()).site;
    const text = JSON.stringify(siteToDeclaration(found, { secrets: true }));
    assert.deepEqual(siteOf(explicitSiteSchema.parse(JSON.parse(text)), '/elsewhere'), found);
  });
});

const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
const name = word.filter((text) => !/[."`\\]/.test(text));
const secret = word.filter((text) => text !== 'LEFT-OUT');
const path = fc
  .array(fc.stringMatching(/^[\w .&+=?#%ä-]*[\wä]$/), { minLength: 1, maxLength: 3 })
  .map((names) => `/${names.join('/')}`);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const tls: fc.Arbitrary<TlsFiles> = fc.record(
  { verify: fc.boolean(), caFile: path, certFile: path, keyFile: path },
  { requiredKeys: ['verify'] },
);

const place = fc.oneof(
  fc.record({
    host: fc.oneof(fc.domain(), fc.constantFrom('db_1', 'localhost')),
    socket: fc.constant(undefined),
  }),
  fc.record({ host: fc.constant(''), socket: path }),
);

const server = fc
  .record({
    place,
    port: maybe(fc.integer({ min: 1, max: 65_535 })),
    user: maybe(word),
    password: maybe(secret),
    database: word,
    tls: maybe(tls),
  })
  .map(({ place: at, ...rest }) => ({ ...at, ...rest }));

const schema = word.filter((text) => Buffer.byteLength(text) < 64);
const session = fc.record(
  { searchPath: fc.array(schema, { minLength: 1, maxLength: 3 }), role: word },
  { requiredKeys: [] },
);
const postgresqlServer = fc.tuple(server, session).map(([at, more]) => ({ ...at, ...more }));

const link = fc.record({ table: name, user: name, other: name });

const anySite: fc.Arbitrary<DjangoSite<TlsFiles>> = fc
  .record({
    database: fc.oneof(
      fc.record({ kind: fc.constant('sqlite' as const), file: path }),
      fc.record({ kind: fc.constant('mysql' as const), server }),
      fc.record({ kind: fc.constant('postgresql' as const), server: postgresqlServer }),
    ),
    user: fc.oneof(
      fc.constant(defaultUserModel),
      fc.record(
        {
          table: name,
          columns: fc.record(
            {
              ...{ id: name, username: name, password: name },
              ...{ isActive: name, isStaff: name, isSuperuser: name },
              ...{ firstName: name, lastName: name, email: name },
            },
            { requiredKeys: ['id', 'username', 'password'] },
          ),
          groups: link,
          permissions: link,
        },
        { requiredKeys: ['table', 'columns'] },
      ),
    ),
    hashers: fc.uniqueArray(fc.constantFrom(...knownAlgorithms), { minLength: 1 }),
    secretKeys: fc.array(secret, { minLength: 1, maxLength: 3 }),
    sessions: maybe(
      fc
        .record({
          engine: fc.constantFrom('db' as const, 'cached_db' as const, 'signed_cookies' as const),
          cookieName: word,
          cookieAge: fc.nat(),
          table: name,
          loginUrl: maybe(fc.oneof(path, fc.webUrl())),
          backends: maybe(fc.array(word)),
        })
        .map(({ backends, ...rest }) => ({ ...rest, ...(backends !== undefined && { backends }) })),
    ),
  })
  .map((found) => (found.sessions ? found : { ...found, secretKeys: [] }));

test('an IPv6 address stands in brackets', () => {
  const server = { host: '::1', port: 1, socket: undefined, user: 'x', password: undefined, database: 'd' };
  const location = { kind: 'postgresql', server: { ...server, tls: undefined } } as const;
  assert.equal(formatDatabaseUrl(location), 'postgresql://x@[::1]:1/d');
  assert.deepEqual(parseDatabaseUrl('postgresql://x@[::1]:1/d', '/'), location);
});

test('every site survives being declared', () => {
  fc.assert(
    fc.property(anySite, (found) => {
      const text = JSON.stringify(siteToDeclaration(found, { secrets: true }));
      assert.deepEqual(plain(siteOf(explicitSiteSchema.parse(JSON.parse(text)), '/elsewhere')), plain(found));
    }),
    { numRuns: 500 },
  );
});

/** Without the null prototypes that generated records may have. */
function plain(value: unknown): unknown {
  return structuredClone(value);
}
