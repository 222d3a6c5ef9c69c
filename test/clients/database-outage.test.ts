import assert from 'node:assert/strict';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { database, servedSite } from '../django/served-site.js';
import { bothServers } from '../servers/both-servers.js';
import { password, type TestServer } from '../servers/database-server.js';
import { Relay } from '../servers/relay.js';
import { sampleDavgate, type TestDavgate } from './helpers/davgate.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Whose request it is: what may be answered differs. */
type Visitor = 'user' | 'stranger' | 'anonymous';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
after(() => {
  agent.destroy();
});

const servers = await bothServers();
await Promise.all(servers.map(servedSite));

/** The site's users have passwords that are made of their names (make_site.py). */
const right = (name: string): string => `${name}:${name} – demo`;

interface Outage {
  readonly name: string;
  /** Who has not logged in before. */
  readonly newcomer: string;
  /** In whose name somebody guesses. */
  readonly victim: string;
  readonly begin: (server: TestServer, relay: Relay) => Promise<void> | void;
  /** Settles once the server takes connections again. */
  readonly end: (server: TestServer, relay: Relay) => Promise<void> | void;
}

const outages: readonly Outage[] = [
  {
    name: 'crashes',
    newcomer: 'editor',
    victim: 'own',
    begin: (server) => server.crash(),
    end: (server) => server.start(),
  },
  {
    name: 'hangs, is killed and started again',
    newcomer: 'mixed',
    victim: 'plain',
    begin: (_, relay) => {
      relay.hang();
    },
    end: async (server, relay) => {
      relay.cut();
      await server.crash();
      relay.goOn();
      await server.start();
    },
  },
  {
    name: 'hangs and goes on',
    newcomer: 'root',
    victim: 'powerful',
    begin: (_, relay) => {
      relay.hang();
    },
    end: (_, relay) => {
      relay.goOn();
    },
  },
];

/** One wrong login in a name is all that an address has: each stranger of a {@link Load} comes from another. */
function declareOn(server: TestServer, port: number) {
  return (declaration: Record<string, unknown>): void => {
    const access = `reader:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    declaration.django = { database: `${server.kind}://${access}/${database}` };
    declaration.shares = [{ path: '/media', kind: 'static', root: './media', require: { staff: false } }];
    declaration.throttle = {
      user: { failures: 1, seconds: 3600 },
      address: { failures: 100_000, seconds: 3600 },
    };
  };
}

function ask({ url }: TestDavgate, auth: string | null, from = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/media/visitor-guide.pdf`,
      { agent, auth, localAddress: from, method: 'HEAD' },
      (answer) => {
        answer.resume().once('end', () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
        });
      },
    );
    asked.once('error', reject);
    asked.end();
  });
}

const isUnavailable = ({ status, headers }: Answer): boolean =>
  status === 503 && Number(headers['retry-after']) > 0;

let strangers = 0;

/** Users, strangers and nobodies who ask all the time. */
class Load {
  readonly seen: Record<Visitor, Record<number, number>> = { user: {}, stranger: {}, anonymous: {} };
  readonly unexpected: unknown[] = [];
  /** When the database was lost, on performance's clock, while it is. */
  lost: number | undefined;
  readonly #davgate: TestDavgate;
  readonly #visitors: readonly Promise<void>[];
  #running = true;

  constructor(davgate: TestDavgate) {
    this.#davgate = davgate;
    this.#visitors = [
      this.#visit('user', () => right('staff')),
      this.#visit('user', () => right('both')),
      this.#visit('stranger', () => 'staff:wrong'),
      this.#visit('stranger', (number) => `nobody-${number}:wrong`),
      this.#visit('anonymous', () => null),
    ];
  }

  count(visitor: Visitor, status: number): number {
    return this.seen[visitor][status] ?? 0;
  }

  /** Settles once that many more answers have come. */
  async gets(visitor: Visitor, status: number, more: number, patience = 20_000): Promise<void> {
    const goal = this.count(visitor, status) + more;
    const began = performance.now();
    while (this.count(visitor, status) < goal) {
      const found = JSON.stringify(this.seen);
      assert.ok(
        performance.now() - began < patience,
        `${visitor} ${status}: not in ${patience} ms: ${found}`,
      );
      await pause(5);
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#visitors);
  }

  async #visit(visitor: Visitor, auth: (number: number) => string | null): Promise<void> {
    for (let number = 0; this.#running; number += 1) {
      if (visitor === 'stranger') strangers += 1;
      const from = visitor === 'stranger' ? `127.1.${strangers >> 7}.${strangers % 128}` : '127.0.0.1';
      try {
        const sent = performance.now();
        const answer = await ask(this.#davgate, auth(number), from);
        const { status } = answer;
        this.seen[visitor][status] = (this.seen[visitor][status] ?? 0) + 1;
        const own = visitor === 'user' ? 200 : 401;
        if (status !== own && !isUnavailable(answer)) this.unexpected.push({ visitor, status });
        // What was read of a user counts for a second.
        const unseen = this.lost !== undefined && sent > this.lost + 1000;
        if (status === 200 && unseen) this.unexpected.push({ visitor, status, unseen });
      } catch (error) {
        this.unexpected.push(error);
      }
      await pause(10);
    }
  }
}

describe('a database that is lost under load', { concurrency: true }, () => {
  for (const server of servers) {
    describe(server.kind, { concurrency: false }, () => {
      const relay = new Relay(server.port);
      let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
      before(async () => {
        davgate = await sampleDavgate(declareOn(server, await relay.listen()));
      });
      after(async () => {
        await davgate.dispose();
        relay.close();
      });

      for (const { name, newcomer, victim, begin, end } of outages) {
        it(`no stranger gets in and no user is taken for one, and it recovers by itself: it ${name}`, async (t) => {
          const load = new Load(davgate);
          t.after(() => load.stop());
          await load.gets('user', 200, 50);
          await load.gets('stranger', 401, 20);
          assert.equal(load.count('user', 503) + load.count('stranger', 503), 0);

          await begin(server, relay);
          load.lost = performance.now();
          await load.gets('user', 503, 2);
          const logins = [right(newcomer), `${victim}:wrong`].map((auth) => ask(davgate, auth));
          for (const answer of await Promise.all(logins))
            assert.ok(isUnavailable(answer), `${answer.status}`);
          await pause(Math.max(0, load.lost + 2000 - performance.now()));
          load.lost = undefined;
          await end(server, relay);
          const back = performance.now();
          await load.gets('user', 200, 1, 2000);
          t.diagnostic(
            `${Math.round(performance.now() - back)} ms until a user is in; ${JSON.stringify(load.seen)}`,
          );
          assert.equal((await ask(davgate, right(newcomer))).status, 200);
          // Not 429: what could not be checked was not counted.
          assert.equal((await ask(davgate, `${victim}:wrong`)).status, 401);
          assert.equal((await ask(davgate, `${victim}:wrong`)).status, 429);
          const lost = load.count('user', 503);
          await load.gets('user', 200, 100);
          assert.equal(load.count('user', 503), lost, 'no lost connection is used again');
          await load.stop();
          assert.deepEqual(load.unexpected, []);
        });
      }
    });
  }
});
