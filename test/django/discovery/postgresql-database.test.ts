import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { DatabaseReport } from '../../../src/django/discovery/report.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { type Environment, nothing, refused, server } from './database-reports.js';

describe('PostgreSQL', () => {
  const remote = { host: 'db.example', options: { sslmode: 'disable' } };

  test('settings go before options, options before the environment', () => {
    const environment = {
      PGHOST: 'env',
      PGPORT: '1',
      PGUSER: 'env',
      PGPASSWORD: 'env',
      PGDATABASE: 'env',
      PGSSLMODE: 'disable',
    };
    const options = { host: 'opt', port: 2, user: 'opt', password: 'opt', dbname: 'opt' };
    const entry = { host: 'set', port: '3', user: 'set', password: 'set' };
    const expected = (text: string, port: number) => ({
      ...nothing,
      host: text,
      port,
      user: text,
      password: text,
      database: text,
    });
    assert.deepEqual(
      server('postgresql', { ...entry, options, name: 'set' }, environment).server,
      expected('set', 3),
    );
    assert.deepEqual(server('postgresql', { options, name: null }, environment).server, expected('opt', 2));
    assert.deepEqual(server('postgresql', { name: '' }, environment).server, expected('env', 1));
  });

  test('a user that nobody names is the operating system\u2019s, as in libpq', () => {
    const as = (entry: Partial<DatabaseReport>, environment: Environment = {}) =>
      server('postgresql', { ...remote, ...entry }, environment, 'www-site').server?.user;
    assert.equal(as({}), 'www-site');
    assert.equal(as({}, { PGUSER: 'env', USER: 'other' }), 'env');
    assert.equal(as({ user: 'set' }), 'set');
    assert.equal(server('postgresql', remote).server?.user, undefined);
    assert.equal(server('mysql', { host: 'db.example' }, {}, 'www-site').server?.user, undefined);
  });

  test('sockets', () => {
    const { server: usual, warnings } = server('postgresql', { options: { sslmode: 'require' } });
    assert.match(usual?.socket ?? '', /^\/(var\/run\/postgresql|tmp)$/);
    assert.deepEqual({ ...usual, socket: undefined }, { ...nothing, database: 'site' });
    assert.deepEqual(warnings, []);
    assert.equal(server('postgresql', { host: '/run/pg', port: '5433' }).server?.socket, '/run/pg');
    assert.throws(() => server('postgresql', { host: '@abstract' }), refused(/abstract/));
  });

  test('the first of several hosts', () => {
    const { server: first, warnings } = server('postgresql', { ...remote, host: 'a,b', port: '1,2' });
    assert.deepEqual([first?.host, first?.port], ['a', 1]);
    assert.deepEqual(warnings, ['Of the database hosts a,b only a is used.']);
  });

  test('what cannot be followed is told', () => {
    const { warnings } = server('postgresql', {
      ...remote,
      options: { ...remote.options, service: 'main', sslpassword: 'x', connect_timeout: 5 },
    });
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? '', /service "main" is not read/);
    assert.match(warnings[1] ?? '', /OPTIONS\["sslpassword"\]/);
    assert.throws(
      () => server('postgresql', { name: '', options: { service: 'main' } }),
      refused(/does not name a database/),
    );
    assert.throws(() => server('postgresql', { ...remote, port: 'x' }), refused(/invalid port, "x"/));
    assert.throws(
      () => server('postgresql', { ...remote, options: { sslmode: 'x' } }),
      refused(/sslmode "x"/),
    );
  });

  test('TLS', (t) => {
    const tls = (options: DatabaseReport['options'], environment?: Environment, host = 'db.example') => {
      const { server: at, warnings } = server('postgresql', { host, options }, environment);
      return [at?.tls, warnings.length];
    };
    const caFile = '/srv/site/ca.pem';
    assert.deepEqual(tls({}), [undefined, 1]);
    assert.deepEqual(tls({}, {}, 'localhost'), [undefined, 0]);
    assert.deepEqual(tls({}, {}, '127.0.0.1'), [undefined, 0]);
    assert.deepEqual(tls({ sslmode: 'require' }), [{ verify: false }, 0]);
    assert.deepEqual(tls({ sslmode: 'require', sslrootcert: 'ca.pem' }), [{ verify: true, caFile }, 1]);
    assert.deepEqual(tls({ sslmode: 'verify-ca', sslrootcert: 'ca.pem' }), [{ verify: true, caFile }, 1]);
    assert.deepEqual(tls({ sslmode: 'verify-full', sslrootcert: 'system' }), [{ verify: true }, 0]);
    assert.deepEqual(
      tls({ sslcert: '/a.crt', sslkey: '/a.key' }, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca' }),
      [{ verify: true, caFile: '/ca', certFile: '/a.crt', keyFile: '/a.key' }, 0],
    );
    const home = temporaryFolder(t);
    mkdirSync(join(home, '.postgresql'));
    for (const name of ['root.crt', 'postgresql.crt', 'postgresql.key']) {
      writeFileSync(join(home, '.postgresql', name), '');
    }
    assert.deepEqual(tls({ sslmode: 'verify-full' }, { HOME: home }), [
      {
        verify: true,
        caFile: join(home, '.postgresql/root.crt'),
        certFile: join(home, '.postgresql/postgresql.crt'),
        keyFile: join(home, '.postgresql/postgresql.key'),
      },
      0,
    ]);
  });
});
