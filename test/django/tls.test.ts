import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { openDatabase } from '../../src/database/open-database.js';
import type { TlsOptions } from '../../src/database/location.js';
import { isFailure } from '../../src/failure.js';
import { bothServers } from '../servers/both-servers.js';
import { makeCertificate } from '../servers/certificates.js';
import { password, type TestServer } from '../servers/database-server.js';
import { Relay } from '../servers/relay.js';

const certificate = makeCertificate();
const { ca } = certificate;
const servers = await bothServers(certificate);
for (const server of servers) await server.createDatabase('secured');

interface Way {
  readonly tls?: TlsOptions;
  readonly host?: string;
  readonly port?: number;
}

/** The cipher that the server says the session has; empty where it has none. */
async function cipher(t: TestContext, server: TestServer, way: Way): Promise<string> {
  const access = { user: 'site', password, database: 'secured', host: 'localhost', ...way };
  const knex = openDatabase({ kind: server.kind, server: server.server(access) });
  t.after(() => knex.destroy());
  const query =
    server.kind === 'mysql'
      ? knex
          .from('information_schema.session_status')
          .where('variable_name', 'Ssl_cipher')
          .pluck('variable_value')
      : knex.from('pg_stat_ssl').whereRaw('pid = pg_backend_pid()').pluck('cipher');
  const found: unknown = await query;
  return String(found);
}

for (const server of servers) {
  describe(`TLS, ${server.kind}`, () => {
    test('there is none unless it is asked for', async (t) => {
      assert.equal(await cipher(t, server, {}), '');
    });

    const encrypted: Record<string, Way> = {
      'for the name of the certificate': { tls: { verify: true, ca } },
      'not verified': { tls: { verify: false } },
      'not verified, for an address': { tls: { verify: false, ca }, host: '127.0.0.1' },
    };
    for (const [name, way] of Object.entries(encrypted)) {
      test(name, async (t) => {
        assert.match(await cipher(t, server, way), /^TLS_|^ECDHE/);
      });
    }

    test('an authority that is not known is refused', async (t) => {
      await assert.rejects(cipher(t, server, { tls: { verify: true } }), /certificate|issuer/);
      const other = makeCertificate();
      await assert.rejects(cipher(t, server, { tls: { verify: true, ca: other.ca } }), /certificate|issuer/);
    });

    test('a certificate for another name is refused', async (t) => {
      const way = { tls: { verify: true, ca }, host: '127.0.0.1' };
      await assert.rejects(cipher(t, server, way), /altnames|given by its name/);
    });

    test('a server that falls silent in a TLS session is hung up on', async (t) => {
      const relay = new Relay(server.port);
      t.after(() => {
        relay.close();
      });
      const port = await relay.listen();
      const access = { user: 'site', password, database: 'secured', host: 'localhost', port };
      const knex = openDatabase({
        kind: server.kind,
        server: server.server({ ...access, tls: { verify: true, ca } }),
      });
      t.after(() => knex.destroy());
      await knex.raw('select 1');
      relay.fallSilent();
      await assert.rejects(async () => knex.raw('select 1'));
      relay.speak();
      await knex.raw('select 1');
    });
  });
}

test('a server without TLS is not spoken to in the clear', async (t) => {
  for (const server of await bothServers()) {
    await server.createDatabase('secured');
    await assert.rejects(cipher(t, server, { tls: { verify: false } }), /SSL|secure connection/);
  }
});

test('MySQL’s driver cannot verify the certificate of an address: that is refused at once', () => {
  const [, mariadb] = servers;
  assert.ok(mariadb);
  const access = { user: 'site', password, database: 'secured', tls: { verify: true, ca } };
  for (const host of ['127.0.0.1', '::1']) {
    assert.throws(
      () => openDatabase({ kind: 'mysql', server: mariadb.server({ ...access, host }) }),
      (error) => isFailure(error, 'unavailable'),
    );
  }
});
