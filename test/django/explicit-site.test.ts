import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { explicitSiteSchema, siteOf } from '../../src/django/explicit-site.js';
import { defaultUserModel } from '../../src/django/site.js';

const database = 'sqlite:./db.sqlite3';

/** The complaints about a declaration, as `place: message`. */
function problems(input: unknown): string[] {
  const parsed = explicitSiteSchema.safeParse(input);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
}

function declared(input: unknown) {
  return siteOf(explicitSiteSchema.parse(input), '/srv/site');
}

test('a declaration of a database alone is a site as Django makes it', () => {
  assert.deepEqual(declared({ database }), {
    database: { kind: 'sqlite', file: '/srv/site/db.sqlite3' },
    user: defaultUserModel,
    hashers: ['pbkdf2_sha256', 'pbkdf2_sha1', 'argon2', 'bcrypt_sha256', 'scrypt'],
    secretKeys: [],
    sessions: undefined,
  });
});

test('sessions have Django\u2019s defaults', () => {
  const site = declared({ database, secretKey: 'new', secretKeyFallbacks: ['old'], sessions: {} });
  assert.deepEqual(site.secretKeys, ['new', 'old']);
  assert.deepEqual(site.sessions, {
    engine: 'db',
    cookieName: 'sessionid',
    cookieAge: 1_209_600,
    table: 'django_session',
    loginUrl: undefined,
  });
});

test('keys without sessions are of no use, and are not kept', () => {
  assert.deepEqual(declared({ database, secretKey: 'new' }).secretKeys, []);
});

test('a column that is null is not there', () => {
  const { user } = declared({
    database,
    user: { columns: { id: 'uuid', isStaff: null, isActive: null }, groups: null },
  });
  assert.deepEqual(user, {
    table: 'auth_user',
    columns: {
      id: 'uuid',
      username: 'username',
      password: 'password',
      isSuperuser: 'is_superuser',
      firstName: 'first_name',
      lastName: 'last_name',
      email: 'email',
    },
    permissions: defaultUserModel.permissions,
  });
});

test('a table of users other than Django\u2019s own has a name and an address only where they are declared', () => {
  const table = 'people_person';
  const links = { groups: null, permissions: null };
  const bare = declared({ database, user: { table, ...links } }).user.columns;
  assert.deepEqual([bare.firstName, bare.lastName, bare.email], [undefined, undefined, undefined]);
  const columns = { firstName: 'called', email: 'mailbox' };
  const named = declared({ database, user: { table, columns, ...links } }).user.columns;
  assert.deepEqual([named.firstName, named.lastName, named.email], ['called', undefined, 'mailbox']);
});

describe('what is refused', () => {
  const cases: Record<string, readonly [unknown, readonly string[]]> = {
    'no database': [{}, ['database: Invalid input: expected string, received undefined']],
    'another database': [
      { database: 'oracle://db' },
      ['database: must begin with "sqlite:", "postgresql://" or "mysql://"'],
    ],
    'a password that was left out': [
      { database: 'postgresql://clerk:LEFT-OUT@db/site' },
      ['database: has no password: it was left out, so insert the site\u2019s own'],
    ],
    'keys that were left out': [
      { database, secretKey: 'LEFT-OUT', secretKeyFallbacks: ['LEFT-OUT'], sessions: {} },
      ['secretKey', 'secretKeyFallbacks.0'].map(
        (place) => `${place}: stands for a secret that was left out: replace it with the site\u2019s own`,
      ),
    ],
    'sessions without a key': [
      { database, sessions: {} },
      ['secretKey: is missing: sessions are signed with it'],
    ],
    'another table of users without its links': [
      { database, user: { table: 'people_person', groups: null } },
      ['user.permissions: is missing: a table of users other than auth_user has another one, or none (null)'],
    ],
    'a table of a schema': [
      { database, user: { columns: { id: 'people.id' } } },
      [
        'user.columns.id: must be the name of a table or column, without a schema, dots, backslashes or quotation marks',
      ],
    ],
    'no hasher': [{ database, hashers: [] }, ['hashers: must name at least one hasher']],
    'a login page by its name': [
      { database, secretKey: 'x', sessions: { loginUrl: 'login' } },
      ['sessions.loginUrl: must be a path such as "/accounts/login/", or an absolute URL'],
    ],
  };
  for (const [name, [input, expected]] of Object.entries(cases)) {
    test(name, () => {
      assert.deepEqual(problems(input), expected);
    });
  }

  test('keys and hashers that are not known', () => {
    assert.equal(problems({ database, databases: database }).length, 1);
    assert.equal(problems({ database, user: { columns: { is_staff: 'x' } } }).length, 1);
    assert.equal(problems({ database, hashers: ['rot13'] }).length, 1);
  });
});

test('the schema can be published', () => {
  const schema = z.toJSONSchema(explicitSiteSchema, { target: 'draft-7', io: 'input' });
  assert.deepEqual(schema.required, ['database']);
});
