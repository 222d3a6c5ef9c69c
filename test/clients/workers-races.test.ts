import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { until } from '../helpers/until.js';
import { password } from '../servers/database-server.js';
import { startPostgresql } from '../servers/postgresql-server.js';
import { DavClient, type DavAnswer } from './helpers/dav-client.js';
import { declare, makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { answering, byStatus, withTwoWorkers } from './helpers/workers.js';

const lockInfo =
  '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  '<D:locktype><D:write/></D:locktype></D:lockinfo>';
const racers = 200;
const rounds = 3;

interface Setting {
  readonly name: string;
  readonly instances: number;
  /** Changes the declaration so that its state is where the instances share it. @returns what ends that */
  readonly share: (folder: string) => Promise<() => Promise<void>>;
}

const alone = (): Promise<() => Promise<void>> => Promise.resolve(() => Promise.resolve());

async function onPostgresql(folder: string): Promise<() => Promise<void>> {
  const server = await startPostgresql();
  await server.createDatabase('state');
  await declare(folder, (declaration) => {
    const secret = encodeURIComponent(password);
    declaration.state = `postgresql://site:${secret}@127.0.0.1:${server.port}/state`;
  });
  return () => server.close();
}

const settings: readonly Setting[] = [
  { name: 'the two workers of a davgate', instances: 1, share: alone },
  { name: 'the workers of two davgates on one SQLite', instances: 2, share: alone },
  { name: 'the workers of two davgates on one PostgreSQL', instances: 2, share: onPostgresql },
];

for (const { name, instances: number, share } of settings) {
  describe(name, () => {
    let folder: string;
    let end: () => Promise<void>;
    let davgates: readonly TestDavgate[];
    let clients: readonly DavClient[];
    before(async () => {
      folder = await makeSample();
      await declare(folder, withTwoWorkers);
      end = await share(folder);
      davgates = await Promise.all(Array.from({ length: number }, () => startDavgate(folder)));
      clients = davgates.map((davgate) => new DavClient(davgate, 'alice', 'racer'));
    });
    after(async () => {
      await Promise.all(davgates.map((davgate) => davgate.end()));
      await end();
      await rm(folder, { recursive: true, force: true });
    });

    const race = async (method: string, path: string, traced: Parameters<DavClient['ask']>[2]) => {
      const answers = await Promise.all(
        Array.from({ length: racers }, async (_, index) => {
          const client = clients[index % clients.length];
          assert.ok(client);
          return client.ask(method, path, { ...traced, ...(method === 'PUT' && { body: `${index}` }) });
        }),
      );
      return answers.map(({ status, text }, index) => ({ status, text, index }));
    };
    const only = async (path: string): Promise<string> => {
      const [client] = clients;
      assert.ok(client);
      return (await client.ask('GET', path)).text;
    };
    /** Else the race would have been in one process only. */
    const bothTookPart = async (path: string): Promise<void> => {
      for (const { log } of davgates) {
        await until(() => answering(log, path).size === 2, `both workers have answered for ${path}`);
      }
    };

    it(`give a new name to one of ${racers} who PUT it with If-None-Match: *`, async () => {
      for (let round = 0; round < rounds; round += 1) {
        const path = `/docs/new-${round}.txt`;
        const answers = await race('PUT', path, { headers: { 'If-None-Match': '*' } });
        assert.deepEqual(byStatus(answers.map(({ status }) => status)), { 201: 1, 412: racers - 1 });
        assert.equal(await only(path), String(answers.find(({ status }) => status === 201)?.index));
      }
      await bothTookPart('/docs/new-');
    });

    it(`give the lock on a file to one of ${racers}`, async () => {
      const [client] = clients;
      assert.equal(await client?.status('PUT', '/docs/wanted.txt', { body: '' }), 201);
      const answers = await race('LOCK', '/docs/wanted.txt', { headers: { Depth: '0' }, body: lockInfo });
      assert.deepEqual(byStatus(answers.map(({ status }) => status)), { 200: 1, 423: racers - 1 });
      await bothTookPart('/docs/wanted');
    });

    it(`give the lock on a free name to one of ${racers}, who creates the file`, async () => {
      const answers = await race('LOCK', '/docs/free.txt', { headers: { Depth: '0' }, body: lockInfo });
      assert.deepEqual(byStatus(answers.map(({ status }) => status)), { 201: 1, 423: racers - 1 });
      await bothTookPart('/docs/free');
    });

    if (number > 1) return;

    it(`let one of ${racers} who have read a file replace it, and keep no other's`, async () => {
      const [client] = clients;
      assert.ok(client);
      for (let round = 0; round < rounds; round += 1) {
        const path = `/docs/read-${round}.txt`;
        const { headers } = await client.ask('PUT', path, { body: 'as it was' });
        const answers = await race('PUT', path, { headers: { 'If-Match': headers.etag ?? '' } });
        assert.deepEqual(byStatus(answers.map(({ status }) => status)), { 204: 1, 412: racers - 1 });
        assert.equal(await only(path), String(answers.find(({ status }) => status === 204)?.index));
      }
      await bothTookPart('/docs/read-');
    });

    it('see at once what the other has done: a name is free again when its DELETE is answered', async () => {
      const [client] = clients;
      assert.ok(client);
      for (let round = 0; round < 100; round += 1) {
        assert.equal(await client.status('MKCOL', '/docs/again', { headers: { Connection: 'close' } }), 201);
        assert.equal(
          await client.status('PUT', '/docs/again/file', { headers: { Connection: 'close' }, body: 'x' }),
          201,
        );
        assert.equal(await client.status('DELETE', '/docs/again', { headers: { Connection: 'close' } }), 204);
      }
      await bothTookPart('/docs/again');
    });

    it('lose nothing where both move folders onto each other at once', async () => {
      const [client] = clients;
      assert.ok(client);
      for (let round = 0; round < 20; round += 1) {
        const a = `/docs/a${round}`;
        const b = `/docs/b${round}`;
        for (const path of [a, b]) {
          assert.equal(await client.status('MKCOL', path), 201);
          assert.equal(await client.status('PUT', `${path}/file`, { body: path }), 201);
        }
        const to = (path: string): { headers: Record<string, string> } => ({
          headers: { Destination: path, Connection: 'close' },
        });
        const statuses: number[] = await Promise.all([
          client.status('MOVE', a, to(b)),
          client.status('MOVE', b, to(a)),
        ]);
        // One after the other: the second finds nothing, or what the first has put there.
        assert.deepEqual(statuses.filter((status) => status < 300).length, 1, statuses.join());
        const left: DavAnswer[] = await Promise.all([a, b].map((path) => client.ask('GET', `${path}/file`)));
        assert.deepEqual(byStatus(left.map(({ status }) => status)), { 200: 1, 404: 1 });
      }
      await bothTookPart('/docs/a');
    });
  });
}
