import { pbkdf2Sync } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openConnections, type Step } from '../load/load.js';
import { sent } from '../load/expect.js';
import { basic, requestBytes } from '../load/requests.js';
import { smallText, type Site } from '../servers/site.js';
import type { Server } from '../servers/fleet.js';
import { rateOf, timeOf, type Experiment } from './experiment.js';

/** Iterations of PBKDF2 for the users of the bench, as many as in the sample's hashes (Django 3.2). */
const iterations = 260_000;
const users = 100;
const password = 'bench-demo';

/** Adds the users who sign in for the first time; one hash is as good for all, since a derivation is for one user. */
function addUsers({ sample }: Pick<Site, 'sample'>): void {
  const salt = 'benchmark';
  const hash = pbkdf2Sync(password, salt, iterations, 32, 'sha256').toString('base64');
  const database = new Database(join(sample, 'django-site', 'db.sqlite3'));
  const columns = 'is_superuser, last_name, email, is_staff, is_active, date_joined, last_login, first_name';
  const insert = database.prepare(
    `INSERT INTO auth_user (username, password, ${columns}) SELECT ?, ?, ${columns} FROM auth_user WHERE username = 'alice'`,
  );
  database.transaction(() => {
    for (let user = 0; user < users; user += 1)
      insert.run(`login-${user}`, `pbkdf2_sha256$${iterations}$${salt}$${hash}`);
  })();
  database.close();
}

/** The first request of somebody whose password is not known yet; through mod_wsgi, each request is one. */
export const firstLogin: Experiment = {
  rows: ['first-login'],
  peers: ['davgate', 'mod_wsgi'],
  makeFiles: (site) => {
    addUsers(site);
    return Promise.resolve();
  },
  run: async (server, _bench, turn) => {
    if (turn >= users) throw new RangeError(`There are only ${users} users for first logins.`);
    const [connection] = await openConnections(server.port, 1);
    if (!connection) throw new Error('No connection.');
    const somebody = { port: server.port, authorization: basic(`login-${turn}`, password) };
    const get = requestBytes(somebody, { method: 'GET', path: '/files/small.txt' });
    const taken = await timeOf(server, () => sent(connection, get, [200]));
    connection.close();
    return { 'first-login': { ...taken, figure: taken.figure * 1000 } };
  },
};

/** GETs with a password on a share that is public, against GETs without one. */
export const authentication: Experiment = {
  rows: ['authentication'],
  peers: ['davgate'],
  run: async (server, { clients, seconds, leastSteps = 0 }, turn) => {
    const open = { port: server.port };
    const rate = async (recipient: Pick<Server, 'port' | 'authorization'>): Promise<number> => {
      const get = requestBytes(recipient, { method: 'GET', path: '/public/small.txt' });
      const step: Step = async (connection) => {
        const { bodyBytes } = await sent(connection, get, [200]);
        if (bodyBytes !== smallText.length) throw new Error(`${bodyBytes} bytes of a small file`);
      };
      return (await rateOf(server, { clients, seconds, step, leastSteps })).figure;
    };
    // Now the one is first and now the other, so that neither always has the warm processor.
    const before = turn % 2 === 0 ? await rate(open) : undefined;
    const guarded = await rate(server);
    return { authentication: { figure: guarded / (before ?? (await rate(open))) } };
  },
};
