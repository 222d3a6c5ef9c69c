import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../helpers/until.js';
import { DavClient, elementText } from './helpers/dav-client.js';
import { declare, login, makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';
import { reload, withoutShare, withShare } from './helpers/reloading.js';
import { answering, byStatus, processesOf, withFolder, withTwoWorkers } from './helpers/workers.js';

const own = { Connection: 'close' };
const spaceQuery =
  '<propfind xmlns="DAV:"><prop><quota-used-bytes/><quota-available-bytes/></prop></propfind>';
const KiB = 1024;

describe('two workers', () => {
  let folder: string;
  let davgate: TestDavgate;
  let metrics: string;
  before(async () => {
    folder = await makeSample();
    const shared: Record<string, unknown> = {};
    await declare(folder, (declaration) => {
      withTwoWorkers(declaration);
      Object.assign(shared, declaration);
    });
    await withFolder(shared, folder, 'small', { quota: '1 MiB' });
    shared.metrics = { port: 0 };
    shared.throttle = { user: { failures: 4, seconds: 3600 } };
    await writeFile(join(folder, 'shares.json'), JSON.stringify(shared));
    davgate = await startDavgate(folder);
    const { port } = await davgate.logged(({ msg }) => msg === 'metrics listening');
    metrics = `http://127.0.0.1:${String(port)}/metrics`;
  });
  after(async () => {
    await davgate.end();
    await rm(folder, { recursive: true, force: true });
  });

  const sample = async (name: string): Promise<number | undefined> => {
    const { status, body } = await curl(metrics);
    assert.equal(status, 200);
    const lines = body.toString().split('\n');
    const line = lines.find((candidate) => candidate.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };

  it('derive a password once for 100 first logins at once, and not again for later connections', async () => {
    const client = new DavClient(davgate, 'alice', 'first');
    const first = await Promise.all(
      Array.from({ length: 100 }, () => client.status('GET', '/media/visitor-guide.pdf', { headers: own })),
    );
    assert.deepEqual(byStatus(first), { 200: 100 });
    assert.equal(await sample('davgate_password_derivations_total'), 1);
    for (let index = 0; index < 10; index += 1) {
      assert.equal(await client.status('GET', '/media/visitor-guide.pdf', { headers: own }), 200);
    }
    assert.equal(await sample('davgate_password_derivations_total'), 1);
    await until(() => answering(davgate.log, '/media/').size === 2, 'both workers have answered');
  });

  it('know together which passwords are right where: guesses from there shut nobody out', async () => {
    const ask = async (auth: string): Promise<number> =>
      (await curl(`${davgate.url}/media/visitor-guide.pdf`, ['--user', auth])).status;
    assert.equal(await ask(login('eve')), 200);
    const guesses = await Promise.all([1, 2, 3, 4, 5, 6].map((guess) => ask(`eve:guess-${guess}`)));
    assert.deepEqual(byStatus(guesses), { 401: 4, 429: 2 });
    // Of these, some come to the worker that has never seen the right one.
    for (let index = 0; index < 6; index += 1) assert.equal(await ask(login('eve')), 200);
    const accepted = davgate.log.filter(({ event, user }) => event === 'login-accepted' && user === 'eve');
    assert.equal(accepted.length, 1);
  });

  it('have metrics that are the sums of theirs', async () => {
    const counted = async () => ({
      requests: (await sample('davgate_requests_total{method="GET",kind="static",status="2xx"}')) ?? 0,
      seconds: (await sample('davgate_request_seconds_count{kind="static"}')) ?? 0,
    });
    const { requests, seconds } = await counted();
    const client = new DavClient(davgate, 'alice', 'counted');
    for (let index = 0; index < 20; index += 1) {
      assert.equal(await client.status('GET', '/media/visitor-guide.pdf', { headers: own }), 200);
    }
    assert.deepEqual(await counted(), { requests: requests + 20, seconds: seconds + 20 });
    assert.ok(((await sample('process_resident_memory_bytes')) ?? 0) > 100e6, 'of three processes');
  });

  it('keep one quota together', async () => {
    const client = new DavClient(davgate, 'alice', 'storer');
    const body = 'x'.repeat(100 * KiB);
    const stored = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        client.status('PUT', `/small/${index}`, { headers: own, body }),
      ),
    );
    assert.deepEqual(byStatus(stored), { 201: 10, 507: 10 });
    await until(() => answering(davgate.log, '/small/').size === 2, 'both workers have answered');
    const used = async (): Promise<(string | undefined)[]> =>
      Promise.all(
        [1, 2, 3, 4].map(async () => {
          const { text } = await client.ask('PROPFIND', '/small/', {
            headers: { Depth: '0', ...own },
            body: spaceQuery,
          });
          return elementText(text, 'quota-used-bytes');
        }),
      );
    const full = String(1000 * KiB);
    assert.deepEqual(await used(), [full, full, full, full]);
    for (let round = 0; round < 10; round += 1) {
      const gone = stored.indexOf(201);
      assert.equal(await client.status('DELETE', `/small/${gone}`, { headers: own }), 204);
      assert.equal(await client.status('PUT', `/small/${gone}`, { headers: own, body }), 201);
      assert.equal(await client.status('PUT', '/small/more', { headers: own, body }), 507);
    }
    assert.deepEqual(await used(), [full, full, full, full]);
  });

  it('reload together and lose no request; what one of them cannot open changes nothing in any', async () => {
    const authorization = { Authorization: `Basic ${Buffer.from(login('alice')).toString('base64')}` };
    let over = false;
    const outcomes: (number | string)[] = [];
    const load = Array.from({ length: 6 }, async (_, index) => {
      while (!over) {
        const headers = { ...authorization, ...(index % 2 ? own : {}) };
        outcomes.push(
          await fetch(`${davgate.url}/media/visitor-guide.pdf`, { headers }).then(
            async (answer) => {
              await answer.arrayBuffer();
              return answer.status;
            },
            (error: unknown) => String(error),
          ),
        );
      }
    });
    const client = new DavClient(davgate, 'alice', 'reloader');
    const everywhere = async (path: string): Promise<number[]> =>
      Promise.all([1, 2, 3, 4, 5, 6].map(() => client.status('GET', path, { headers: own })));
    const changes = async (): Promise<void> => {
      for (let round = 0; round < 3; round += 1) {
        await declare(
          folder,
          withShare({ path: '/new', kind: 'webdav', root: './docs', require: { staff: false } }),
        );
        assert.equal((await reload(davgate)).msg, 'reloaded');
        assert.deepEqual(byStatus(await everywhere('/new/')), { 200: 6 });
        await declare(folder, withoutShare('/new'));
        assert.equal((await reload(davgate)).msg, 'reloaded');
        assert.deepEqual(byStatus(await everywhere('/new/')), { 404: 6 });
      }
      // The secret is for the workers to read: the parent alone finds nothing wrong.
      await writeFile(join(folder, 'secret'), 'too short');
      await declare(
        folder,
        withShare({ path: '/new', kind: 'webdav', root: './docs', require: { staff: false } }),
      );
      await declare(
        folder,
        withShare({
          path: '/far',
          kind: 'svn',
          upstream: 'http://127.0.0.1:9',
          upstreamSecretFile: './secret',
          require: { staff: false },
        }),
      );
      const refused = await reload(davgate);
      assert.match(String(refused.msg), /^not reloaded/);
      assert.match(String(refused.reason), /upstreamSecretFile/);
      assert.deepEqual(byStatus(await everywhere('/new/')), { 404: 6 });
      await declare(folder, withoutShare('/far'));
      assert.equal((await reload(davgate)).msg, 'reloaded');
      assert.deepEqual(byStatus(await everywhere('/new/')), { 200: 6 });
    };
    try {
      await changes();
    } finally {
      over = true;
      await Promise.all(load);
    }
    assert.deepEqual([...new Set(outcomes)], [200]);
    assert.ok(outcomes.length > 100, String(outcomes.length));
  });

  it('keep what one that was killed has counted, and the count of failed logins with the parent', async () => {
    const ask = async (user: string): Promise<number> =>
      (await curl(`${davgate.url}/docs/`, ['--user', user])).status;
    for (const _ of [1, 2, 3]) assert.equal(await ask('bob:guess'), 401);
    const requests = 'davgate_requests_total{method="GET",kind="static",status="2xx"}';
    const before = (await sample(requests)) ?? 0;
    assert.ok(before > 0);
    const [victim] = (await processesOf(davgate)).workers;
    assert.ok(victim !== undefined);
    process.kill(victim, 'SIGKILL');
    await davgate.logged(({ msg }) => msg === 'a new worker answers requests');
    assert.equal(await sample(requests), before);
    assert.equal(await ask('bob:guess'), 401);
    for (const _ of [1, 2]) assert.equal(await ask('bob:guess'), 429);
    for (const _ of [1, 2]) assert.equal(await ask(login('bob')), 429);
    const refused = davgate.log.filter(({ event }) => event === 'login-refused');
    assert.ok(new Set(refused.map(({ worker }) => worker)).size > 1, 'more than one worker has asked');
  });
});
