import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { declare, login, makeSample, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf } from './helpers/programs.js';

/** Django's `set_unusable_password`. */
function makeUnusable(folder: string, user: string): void {
  const database = new Database(join(folder, 'django-site', 'db.sqlite3'));
  database.prepare('UPDATE auth_user SET password = ? WHERE username = ?').run(`!${'x'.repeat(40)}`, user);
  database.close();
}

describe('the metrics', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let metrics: string;
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  before(async () => {
    davgate = await sampleDavgate((declaration, folder) => {
      declaration.metrics = { port: 0 };
      makeUnusable(folder, 'eve');
    });
    const { host, port } = await davgate.logged(({ msg }) => msg === 'metrics listening');
    assert.equal(host, '127.0.0.1');
    metrics = `http://127.0.0.1:${String(port)}/metrics`;
  });
  after(async () => {
    agent.destroy();
    await davgate.dispose();
  });

  /** The sample of a metric as Prometheus reads it; undefined where there is none. */
  const sample = async (name: string): Promise<number | undefined> => {
    const { status, body } = await curl(metrics);
    assert.equal(status, 200);
    const line = body
      .toString()
      .split('\n')
      .find((candidate) => candidate.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };

  const derivations = () => sample('davgate_password_derivations_total');

  const ask = (auth: string, method = 'GET'): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request(`${davgate.url}/media/visitor-guide.pdf`, { agent, auth, method }, (answer) => {
        answer.resume().once('end', () => {
          resolve(answer.statusCode ?? 0);
        });
      });
      asked.once('error', reject);
      asked.end();
    });

  const askAtOnce = async (count: number, auth: string): Promise<number[]> => {
    const statuses = await Promise.all(Array.from({ length: count }, () => ask(auth)));
    return [...new Set(statuses)];
  };

  it('have one derivation for 100 first requests at once, and still one after 1,000 more', async () => {
    assert.equal(await derivations(), 0);
    assert.deepEqual(await askAtOnce(100, login('alice')), [200]);
    assert.equal(await derivations(), 1);
    assert.deepEqual(await askAtOnce(1000, login('alice')), [200]);
    assert.equal(await derivations(), 1);
    assert.equal(await sample('davgate_logins_total{outcome="accepted"}'), 1);
  });

  for (const [who, auth] of [
    ['a user who does not exist', 'nobody:nobody-demo'],
    ['an inactive user with the right password', login('dave')],
    ['a user whose password is unusable', login('eve')],
    ['a wrong password', 'alice:wrong'],
  ] as const) {
    it(`have one derivation for ${who}`, async () => {
      const [derived = 0, refused = 0] = [
        await derivations(),
        await sample('davgate_logins_total{outcome="refused"}'),
      ];
      assert.equal(await ask(auth), 401);
      assert.equal(await derivations(), derived + 1);
      assert.equal(await sample('davgate_logins_total{outcome="refused"}'), refused + 1);
    });
  }

  it('count requests by method, kind of share and class of status, and methods of the client\u2019s own as one', async () => {
    const counted = async () => {
      const requests = (labels: string) => sample(`davgate_requests_total{${labels}}`);
      return [
        (await requests('method="GET",kind="static",status="2xx"')) ?? 0,
        (await requests('method="PUT",kind="static",status="4xx"')) ?? 0,
        (await requests('method="other",kind="none",status="4xx"')) ?? 0,
        (await sample('davgate_request_seconds_count{kind="static"}')) ?? 0,
      ];
    };
    const [gets = 0, puts = 0, others = 0, seconds = 0] = await counted();
    await ask(login('alice'));
    await ask(login('alice'), 'PUT');
    const odd = await curl(`${davgate.url}/nowhere`, ['-X', 'SEARCH', '-u', login('alice')]);
    assert.equal(odd.status, 404);
    assert.deepEqual(await counted(), [gets + 1, puts + 1, others + 1, seconds + 2]);
    assert.equal(await sample('davgate_requests_in_flight'), 0);
    assert.equal(await sample('davgate_password_derivations_waiting'), 0);
  });

  it('have those of the process', async () => {
    assert.ok(((await sample('process_resident_memory_bytes')) ?? 0) > 1e6);
    assert.ok(((await sample('process_cpu_seconds_total')) ?? 0) > 0);
  });

  it('name no user and no path', async () => {
    const { body } = await curl(metrics);
    assert.doesNotMatch(body.toString(), /alice|dave|visitor-guide/);
  });

  it('are in Prometheus\u2019 text format, at one place, to be read alone', async () => {
    const asked = await curl(metrics);
    assert.equal(asked.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal((await curl(metrics, ['--head'])).status, 200);
    assert.equal((await curl(metrics.replace('/metrics', '/'))).status, 404);
    const written = await curl(metrics, ['-X', 'POST']);
    assert.deepEqual([written.status, written.headers.get('allow')], [405, 'GET, HEAD']);
  });

  it('are not on the public port', async () => {
    assert.equal((await curl(`${davgate.url}/metrics`, ['-u', login('alice')])).status, 404);
    assert.equal((await curl(`${davgate.url}/metrics`)).status, 401);
  });

  it('on a port that is taken keep davgate from starting, with the reason', async () => {
    const folder = await makeSample();
    try {
      await declare(folder, (declaration) => {
        declaration.metrics = { port: davgate.port };
      });
      const { code, error } = await outcomeOf(
        process.execPath,
        [join(projectFolder, 'dist/server/main.js'), join(folder, 'shares.json')],
        { env: { PORT: '0' }, patience: 60_000 },
      );
      assert.deepEqual(
        [code, error],
        [
          1,
          `davgate: "metrics": port ${davgate.port} of 127.0.0.1 is in use by another process: ` +
            `\`ss -ltnp 'sport = :${davgate.port}'\` names it; stop it, or set "metrics.port" to another port.\n`,
        ],
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
