import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { password } from '../servers/database-server.js';
import { startPostgresql } from '../servers/postgresql-server.js';
import { DavClient } from './helpers/dav-client.js';
import { declare, makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';

const lockInfo =
  '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  '<D:locktype><D:write/></D:locktype></D:lockinfo>';

describe('two instances on one folder and one PostgreSQL', () => {
  let server: Awaited<ReturnType<typeof startPostgresql>>;
  let folder: string;
  let instances: readonly TestDavgate[];
  let one: DavClient;
  let two: DavClient;
  before(async () => {
    server = await startPostgresql();
    await server.createDatabase('state');
    folder = await makeSample();
    await declare(folder, (declaration) => {
      const secret = encodeURIComponent(password);
      declaration.state = `postgresql://site:${secret}@127.0.0.1:${server.port}/state`;
      declaration.throttle = { counter: 'state' };
    });
    instances = await Promise.all([startDavgate(folder), startDavgate(folder)]);
    const [first, second] = instances;
    assert.ok(first && second);
    one = new DavClient(first, 'alice', 'one');
    two = new DavClient(second, 'admin', 'two');
  });
  after(async () => {
    await Promise.all(instances.map((instance) => instance.end()));
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('lock, edit, conflict and unlock across them', async () => {
    const file = '/docs/shared.txt';
    assert.equal((await one.ask('PUT', file, { body: 'first' })).status, 201);
    const lock = await one.ask('LOCK', file, { headers: { Depth: '0' }, body: lockInfo });
    assert.equal(lock.status, 200);
    const token = lock.headers['lock-token'] ?? '';
    assert.equal((await two.ask('PUT', file, { body: 'theirs' })).status, 423);
    assert.equal((await two.ask('LOCK', file, { headers: { Depth: '0' }, body: lockInfo })).status, 423);
    assert.equal((await two.ask('UNLOCK', file, { headers: { 'Lock-Token': token } })).status, 403);
    const edited = await one.ask('PUT', file, { headers: { If: `(${token})` }, body: 'mine' });
    assert.equal(edited.status, 204);
    assert.equal((await two.ask('GET', file)).text, 'mine');
    assert.equal((await one.ask('UNLOCK', file, { headers: { 'Lock-Token': token } })).status, 204);
    assert.equal((await two.ask('PUT', file, { body: 'theirs' })).status, 204);
    assert.equal(await readFile(join(folder, 'docs/shared.txt'), 'utf8'), 'theirs');
  });

  it('lose nothing where both move folders onto each other at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [`/docs/a${round}`, `/docs/b${round}`];
      for (const path of [a, b]) {
        assert.equal(await one.status('MKCOL', path), 201);
        assert.equal(await one.status('PUT', `${path}/file`, { body: `of ${path}` }), 201);
      }
      const to = (path: string) => ({ headers: { Destination: path } });
      const [there, back] = await Promise.all([one.status('MOVE', a, to(b)), two.status('MOVE', b, to(a))]);
      const texts: string[] = [];
      for (const path of [a, b]) {
        const { status, text } = await one.ask('GET', `${path}/file`);
        if (status === 200) texts.push(text);
      }
      const moved = [there, back].filter((status) => status < 300).length;
      // They do not wait for each other: both may be refused, and then both folders stand.
      assert.ok(texts.length >= (moved === 0 ? 2 : 1), `${there} ${back} ${texts.join()}`);
      for (const status of [there, back]) assert.ok(status < 500, String(status));
    }
  });

  it('give the lock to one of 200 who ask both at once', async () => {
    const file = '/docs/wanted.txt';
    assert.equal((await one.ask('PUT', file, { body: '' })).status, 201);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 ? one : two).ask('LOCK', file, { headers: { Depth: '0' }, body: lockInfo }),
      ),
    );
    const statuses = new Map<number, number>();
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    assert.deepEqual(
      statuses,
      new Map([...statuses.keys()].map((status) => [status, status === 200 ? 1 : 199])),
    );
    assert.deepEqual([...statuses.keys()].sort(), [200, 423]);
  });

  it('answer 503 while the database is gone, change nothing, and find it again', async () => {
    await server.stop();
    for (const client of [one, two]) {
      assert.equal((await client.ask('PUT', '/docs/lost.txt', { body: 'x' })).status, 503);
      assert.equal((await client.ask('LOCK', '/docs/lost.txt', { body: lockInfo })).status, 503);
    }
    assert.equal((await one.ask('GET', '/docs/shared.txt')).status, 200);
    await server.start();
    for (const client of [one, two]) {
      assert.equal((await client.ask('GET', '/docs/lost.txt')).status, 404);
      assert.equal((await client.ask('PUT', '/docs/wanted.txt', { body: 'x' })).status, 423);
    }
    assert.equal((await one.ask('PUT', '/docs/found.txt', { body: 'x' })).status, 201);
  });
});
