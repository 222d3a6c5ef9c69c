import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { DatabaseReport } from '../../../src/django/discovery/report.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { nothing, refused, server } from './database-reports.js';

describe('MySQL', () => {
  test('options go before settings', () => {
    const entry = { host: 'set', port: '3', user: 'set', password: 'set' };
    assert.deepEqual(server('mysql', entry).server, {
      ...nothing,
      host: 'set',
      port: 3,
      user: 'set',
      password: 'set',
      database: 'site',
    });
    const options = { host: 'opt', port: 2, user: 'opt', passwd: 'opt', db: 'opt' };
    assert.deepEqual(server('mysql', { ...entry, options }).server, {
      ...nothing,
      host: 'opt',
      port: 2,
      user: 'opt',
      password: 'opt',
      database: 'opt',
    });
  });

  test('sockets', async (t) => {
    const socket = '/run/my.sock';
    for (const entry of [
      { host: socket },
      { host: 'x', options: { unix_socket: socket, ssl: { ca: 'x' } } },
    ]) {
      assert.deepEqual(server('mysql', entry), {
        server: { ...nothing, socket, database: 'site' },
        warnings: [],
      });
    }
    const MYSQL_UNIX_PORT = join(temporaryFolder(t), 'my.sock');
    const listening = createServer().listen(MYSQL_UNIX_PORT);
    t.after(() => listening.close());
    await once(listening, 'listening');
    const usual = server('mysql', { host: 'localhost', port: '3307' }, { MYSQL_UNIX_PORT });
    assert.equal(usual.server?.socket, MYSQL_UNIX_PORT);
    assert.match(usual.warnings[0] ?? '', /set HOST to 127\.0\.0\.1 to use the port 3307/);
    assert.equal(server('mysql', { host: '127.0.0.1' }, { MYSQL_UNIX_PORT }).server?.socket, undefined);
  });

  test('what cannot be followed is told', () => {
    const options = { ssl: { capath: '/etc/ssl' } };
    assert.equal(server('mysql', { host: 'h', options }).warnings.length, 1);
    assert.throws(() => server('mysql', { name: '', options }), refused(/does not name a database/));
    assert.throws(() => server('mysql', { host: 'h', options: { ssl_mode: 'x' } }), refused(/ssl_mode "X"/));
    assert.throws(
      () => server('mysql', { host: '192.0.2.1', options: { ssl_mode: 'VERIFY_IDENTITY' } }),
      refused(/give the host by its name/),
    );
  });

  test('settings go before an option file', () => {
    const optionFile = { user: 'file', password: 'file', host: 'file', port: '3307', database: 'file' };
    const { server: set } = server('mysql', { user: 'set', host: 'set', name: 'set', optionFile });
    assert.deepEqual(set, {
      ...nothing,
      user: 'set',
      password: 'file',
      host: 'set',
      port: 3307,
      database: 'set',
    });
    const { server: read } = server('mysql', {
      name: '',
      optionFile: { database: 'file', unix_socket: '/s' },
    });
    assert.deepEqual(read, { ...nothing, database: 'file', socket: '/s' });
  });

  test('TLS', () => {
    const tls = (options: DatabaseReport['options']) => {
      const { server: at, warnings } = server('mysql', { host: 'db.example', options });
      return [at?.tls, warnings.length];
    };
    const caFile = '/srv/site/ca.pem';
    assert.deepEqual(tls({}), [undefined, 0]);
    assert.deepEqual(tls({ ssl_mode: 'DISABLED', ssl: { ca: 'ca.pem' } }), [undefined, 0]);
    assert.deepEqual(tls({ ssl_mode: 'preferred' }), [undefined, 1]);
    assert.deepEqual(tls({ ssl_mode: 'REQUIRED' }), [{ verify: false }, 0]);
    assert.deepEqual(tls({ ssl: true }), [{ verify: false }, 0]);
    assert.deepEqual(tls({ ssl: { ca: 'ca.pem' } }), [{ verify: true, caFile }, 1]);
    assert.deepEqual(tls({ ssl_ca: 'ca.pem', ssl_verify_cert: true }), [{ verify: true, caFile }, 1]);
    assert.deepEqual(tls({ ssl: { ca: 'ca.pem', check_hostname: true } }), [{ verify: true, caFile }, 0]);
    assert.deepEqual(tls({ ssl_mode: 'VERIFY_IDENTITY', ssl: { cert: '/c', key: '/k' } }), [
      { verify: true, certFile: '/c', keyFile: '/k' },
      0,
    ]);
  });
});
