import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { parseDatabaseUrl } from '../../src/database/database-url.js';
import type { DatabaseServer, TlsFiles } from '../../src/database/location.js';

const folder = '/srv/site';
const nothing = {
  host: 'db',
  port: undefined,
  socket: undefined,
  user: undefined,
  password: undefined,
  database: 'name',
  tls: undefined,
};

describe('SQLite', () => {
  const files = {
    'sqlite:./db.sqlite3': '/srv/site/db.sqlite3',
    'sqlite:db.sqlite3': '/srv/site/db.sqlite3',
    'sqlite:../other/db': '/srv/other/db',
    'sqlite:/var/db': '/var/db',
    'sqlite:///var/db': '/var/db',
    'sqlite:a%20b?c#d': '/srv/site/a%20b?c#d',
  };
  for (const [url, file] of Object.entries(files)) {
    test(url, () => {
      assert.deepEqual(parseDatabaseUrl(url, folder), { kind: 'sqlite', file });
    });
  }
});

describe('servers', () => {
  type Expected = [kind: 'postgresql' | 'mysql', server: Partial<DatabaseServer<TlsFiles>>];
  const cases: Record<string, Expected> = {
    'postgresql://db/name': ['postgresql', {}],
    'postgres://db/name': ['postgresql', {}],
    'mysql://db/name': ['mysql', {}],
    'mariadb://db/name': ['mysql', {}],
    'mysql://db.example.org:3307/name': ['mysql', { host: 'db.example.org', port: 3307 }],
    'postgresql://u@db/name': ['postgresql', { user: 'u' }],
    'postgresql://u:@db/name': ['postgresql', { user: 'u', password: '' }],
    'postgresql://:p@db/name': ['postgresql', { password: 'p' }],
    'postgresql://m%40il:p%3A%2F%3F%23%25%C3%B6@db/na%2Fme': [
      'postgresql',
      { user: 'm@il', password: 'p:/?#%ö', database: 'na/me' },
    ],
    'mysql://u:p+&=;@db/name': ['mysql', { user: 'u', password: 'p+&=;' }],
    'postgresql://[::1]:5433/name': ['postgresql', { host: '::1', port: 5433 }],
    'mysql://u@[2001:DB8::1]/name': ['mysql', { user: 'u', host: '2001:DB8::1' }],
    'postgresql://192.0.2.7/name': ['postgresql', { host: '192.0.2.7' }],
    'postgresql:///name?host=/var/run/postgresql': [
      'postgresql',
      { host: '', socket: '/var/run/postgresql' },
    ],
    'postgresql://u@:5433/name?host=/run/a%20b': [
      'postgresql',
      { host: '', user: 'u', port: 5433, socket: '/run/a b' },
    ],
    'mysql://u:p@/name?socket=/run/mysqld/mysqld.sock': [
      'mysql',
      { host: '', user: 'u', password: 'p', socket: '/run/mysqld/mysqld.sock' },
    ],
    'postgresql://db/name?sslmode=disable': ['postgresql', {}],
    'postgresql://db/name?sslmode=require': ['postgresql', { tls: { verify: false } }],
    'postgresql://db/name?sslmode=verify-full&sslrootcert=tls/ca.pem&sslcert=/c.pem&sslkey=k%3D.pem': [
      'postgresql',
      {
        tls: {
          verify: true,
          caFile: '/srv/site/tls/ca.pem',
          certFile: '/c.pem',
          keyFile: '/srv/site/k=.pem',
        },
      },
    ],
    'postgresql://db/name?search_path=site_b': ['postgresql', { searchPath: ['site_b'] }],
    'postgresql://db/name?search_path=Site_B,%20%22$user%22,%22a%20%22%22%5C,b%22&role=clerk': [
      'postgresql',
      { searchPath: ['site_b', '$user', 'a "\\,b'], role: 'clerk' },
    ],
    'mysql://db/name?ssl-mode=DISABLED': ['mysql', {}],
    'mysql://db/name?ssl-mode=required&ssl-ca=ca.pem': [
      'mysql',
      { tls: { verify: false, caFile: '/srv/site/ca.pem' } },
    ],
    'mysql://db/name?ssl-ca=ca.pem&ssl-mode=VERIFY_IDENTITY&ssl-cert=c&ssl-key=k': [
      'mysql',
      {
        tls: {
          verify: true,
          caFile: '/srv/site/ca.pem',
          certFile: '/srv/site/c',
          keyFile: '/srv/site/k',
        },
      },
    ],
  };
  for (const [url, [kind, server]] of Object.entries(cases)) {
    test(url, () => {
      assert.deepEqual(parseDatabaseUrl(url, folder), { kind, server: { ...nothing, ...server } });
    });
  }
});

describe('problems', () => {
  const cases: Record<string, RegExp> = {
    '': /must begin with/,
    'db.sqlite3': /must begin with/,
    'oracle://db/name': /must begin with/,
    'postgresql:name': /must begin with/,
    'PostgreSQL://db/name': /must begin with/,
    'sqlite:': /must be "sqlite:" and a file/,
    'sqlite://': /must be "sqlite:" and a file/,
    'sqlite://host/db': /must be "sqlite:" and a file/,
    'postgresql://db': /must be like "postgresql:/,
    'postgresql://db/': /must be like/,
    'postgresql://db/name/more': /must be like/,
    'postgresql://db/name#part': /must be like/,
    'postgresql://u:se@cret@db/name': /@ is %40/,
    'postgresql://u:se/cret@db/name': /must be like/,
    'mysql://a,b/name': /must be like "mysql:/,
    'mysql://db:port/name': /must be like/,
    'mysql://db:/name': /must be like/,
    'mysql://::1/name': /must be like/,
    'mysql://db:0/name': /a port from 1/,
    'mysql://db:65536/name': /a port from 1/,
    'mysql://[1::2::3]/name': /IPv6 address/,
    'postgresql://u:%zz@db/name': /each % followed by/,
    'postgresql://u:%ff@db/name': /each % followed by/,
    'postgresql://u:%00@db/name': /must not contain %00/,
    'postgresql:///name': /must name a host/,
    'mysql:///name': /a Unix socket as "socket=/,
    'postgresql://db/name?host=/run': /not both/,
    'postgresql:///name?host=run': /an absolute path as "host"/,
    'mysql:///name?socket=mysqld.sock': /an absolute path as "socket"/,
    'postgresql://db/name?sslmode=prefer': /one of disable, require, verify-full as "sslmode"/,
    'mysql://db/name?ssl-mode=verify_ca': /one of disabled, required, verify_identity/,
    'postgresql://db/name?sslrootcert=ca.pem': /must have require or verify-full as "sslmode"/,
    'postgresql://db/name?sslmode=disable&sslcert=c': /must have require or verify-full/,
    'mysql://db/name?ssl-ca=ca.pem': /must have required or verify_identity as "ssl-mode"/,
    'mysql://127.0.0.1/name?ssl-mode=verify_identity': /the host by its name/,
    'mysql://[::1]/name?ssl-mode=verify_identity': /the host by its name/,
    'postgresql://db/name?ssl-mode=required': /unknown key "ssl-mode".*known are host, sslmode/,
    'mysql://db/name?charset=latin1': /unknown key "charset"/,
    'mysql://db/name?sec%20ret=latin1': /unknown key in/,
    'postgresql://db/name?sslmode=require&sslmode=disable': /the key "sslmode" twice/,
    'postgresql://db/name?search_path=a;b': /names of schemas, separated by commas/,
    'postgresql://db/name?search_path=a&search_path=b': /the key "search_path" twice/,
    'mysql://db/name?search_path=a': /unknown key "search_path"/,
    'postgresql://db/name?sslmode': /keys with values/,
    'postgresql://db/name?sslmode=': /keys with values/,
    'postgresql://db/name?&': /keys with values/,
  };
  for (const [url, problem] of Object.entries(cases)) {
    test(url, () => {
      const found = parseDatabaseUrl(url, folder);
      assert.ok(typeof found === 'string', JSON.stringify(found));
      assert.match(found, problem);
      assert.ok(!/se@cret|se\/cret|sec%20ret/.test(found), 'no part of the text is told');
    });
  }
});

test('whatever is percent-encoded comes back', () => {
  const part = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => !text.includes('\0') && text.isWellFormed());
  fc.assert(
    fc.property(part, part, part, (user, password, database) => {
      const [a, b, c] = [user, password, database].map(encodeURIComponent);
      const found = parseDatabaseUrl(`postgresql://${a ?? ''}:${b ?? ''}@db/${c ?? ''}`, folder);
      assert.deepEqual(found, { kind: 'postgresql', server: { ...nothing, user, password, database } });
    }),
  );
});

test('nothing throws, and no password is told', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'@:/?#[]%&=.,ab0 '.split(''), 'ssl', 'host', 'é') });
  fc.assert(
    fc.property(fc.constantFrom('sqlite', 'mysql', 'postgresql'), noise, noise, (scheme, before, after) => {
      const found = parseDatabaseUrl(`${scheme}://${before}SECRET${after}`, folder);
      if (typeof found === 'string' && !/\?[^]*SECRET[\w-]*=/.test(`${before}SECRET${after}`)) {
        assert.ok(!found.includes('SECRET'), found);
      }
    }),
  );
});
