import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseTrouble } from '../../src/database/database-trouble.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { TlsOptions } from '../../src/database/location.js';
import { probeState } from '../../src/state/probe.js';
import { clockFindings } from '../../server/preflight/site-findings.js';
import { bothServers } from '../servers/both-servers.js';
import { makeCertificate } from '../servers/certificates.js';
import { password, type Access, type TestServer } from '../servers/database-server.js';

const certificate = makeCertificate();
const servers = await bothServers(certificate);
for (const server of servers) await server.createDatabase('known');

interface Mistake {
  readonly name: string;
  readonly access?: Partial<Access> & { readonly tls?: TlsOptions };
  readonly table?: string;
  /** For each kind of server. */
  readonly postgresql: RegExp;
  readonly mysql: RegExp;
}

const mistakes: readonly Mistake[] = [
  {
    name: 'a wrong password',
    access: { password: 'wrong' },
    postgresql: /^database known at 127\.0\.0\.1:\d+ refuses the user or the password: correct them/,
    mysql: /^database known at 127\.0\.0\.1:\d+ refuses the user or the password: correct them/,
  },
  {
    name: 'a user who is not there',
    access: { user: 'nobody_here' },
    postgresql: /refuses the user or the password/,
    mysql: /refuses the user or the password/,
  },
  {
    name: 'a database that is not there',
    access: { database: 'unknown' },
    postgresql: /^there is no database unknown at 127\.0\.0\.1:\d+: correct the name/,
    mysql: /(there is no database unknown at|database unknown at \S+ is closed to this user)/,
  },
  {
    name: 'a table that is not there',
    table: 'auth_user',
    postgresql: /^database known at 127\.0\.0\.1:\d+ has no table auth_user: run the site\u2019s migrations/,
    mysql:
      /^database known at 127\.0\.0\.1:\d+ has no table known\.auth_user: run the site\u2019s migrations/,
  },
  {
    name: 'an authority that nobody knows',
    access: { tls: { verify: true }, host: 'localhost' },
    postgresql:
      /^the certificate of database known at localhost:\d+ is not from an authority that this machine trusts: name its authority/,
    mysql:
      /^TLS with database known at localhost:\d+ failed \("unable to verify the first certificate"\): name its authority/,
  },
  {
    name: 'a port where nobody listens',
    access: { port: 1 },
    postgresql: /^nothing listens for database known at 127\.0\.0\.1:1: start the server/,
    mysql: /^nothing listens for database known at 127\.0\.0\.1:1: start the server/,
  },
  {
    name: 'a host that is not known',
    access: { host: 'no-such-host.invalid' },
    postgresql:
      /^the host of database known at no-such-host\.invalid:\d+ (is not known|cannot be looked up now)/,
    mysql: /^the host of database known at no-such-host\.invalid:\d+ (is not known|cannot be looked up now)/,
  },
];

async function trouble(
  server: TestServer,
  { access = {}, table }: Pick<Mistake, 'access' | 'table'>,
): Promise<string> {
  const declared = server.server({ user: 'site', password, database: 'known', ...access });
  const location = { kind: server.kind, server: declared } as const;
  const knex = openDatabase(location);
  try {
    await (table === undefined ? knex.raw('select 1') : knex.from(table).select('id'));
    return '';
  } catch (error) {
    return databaseTrouble(error, location).words;
  } finally {
    await knex.destroy();
  }
}

for (const server of servers) {
  for (const mistake of mistakes) {
    test(`${server.kind}: ${mistake.name}`, async () => {
      const words = await trouble(server, mistake);
      assert.match(words, mistake[server.kind]);
      assert.ok(!words.includes(password) && !/select .* from/.test(words), words);
    });
  }

  test(`${server.kind}: a table that may not be read`, async () => {
    const admin = server.administrator('known');
    await admin.raw('create table closed_table (id int)');
    await admin.destroy();
    const words = await trouble(server, { access: { user: 'reader' }, table: 'closed_table' });
    assert.match(
      words,
      /(permission denied for table closed_table|denied).*: let the role SELECT from it|closed to this user/,
    );
  });
}

test('PostgreSQL: a pg_hba.conf that lets nobody in', () => {
  const error = Object.assign(
    new Error('no pg_hba.conf entry for host "192.0.2.7", user "site", database "known", no encryption'),
    { code: '28000' },
  );
  const server = {
    host: 'db',
    port: 5432,
    socket: undefined,
    user: 'site',
    password,
    database: 'known',
    tls: undefined,
  };
  const { words } = databaseTrouble(error, { kind: 'postgresql', server });
  assert.match(
    words,
    /^database known at db:5432 accepts no connections of this user from here \(.*\): add a line to its pg_hba\.conf, or add sslmode=require/,
  );
});

test('a state database in which no tables may be made', async () => {
  const server = servers.find(({ kind }) => kind === 'postgresql');
  assert.ok(server);
  const location = {
    kind: 'postgresql',
    server: server.server({ user: 'reader', password, database: 'known' }),
  } as const;
  const { trouble: found } = await probeState(location, Date.now);
  assert.match(
    found ?? '',
    /^the role reader cannot create tables in database known: GRANT CREATE ON SCHEMA public/,
  );
});

test('a clock that is ahead or behind is told of', async () => {
  const server = servers.find(({ kind }) => kind === 'postgresql');
  assert.ok(server);
  const location = {
    kind: 'postgresql',
    server: server.server({ user: 'site', password, database: 'known' }),
  } as const;
  for (const [seconds, way] of [
    [-60, 'ahead of'],
    [60, 'behind'],
    [0, undefined],
  ] as const) {
    const { ahead } = await probeState(location, () => Date.now() + seconds * 1000);
    const [finding] = clockFindings('the state database', ahead);
    if (way === undefined) assert.equal(finding, undefined);
    else
      assert.match(finding?.message ?? '', new RegExp(`is (59|60|61) s ${way} this machine\\u2019s: .*NTP`));
  }
});
