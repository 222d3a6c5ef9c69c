import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';

const lockInfo =
  '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';

describe('locks and access rules', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let alice: DavClient;
  let carol: DavClient;
  before(async () => {
    davgate = await sampleDavgate((declaration, folder) => {
      mkdirSync(join(folder, 'ruled', 'team', 'closed'), { recursive: true });
      declaration.publicOrigin = 'https://files.example.org';
      declaration.shares = [
        { path: '/docs', kind: 'webdav', root: join(folder, 'docs'), require: { staff: false } },
        {
          path: '/ruled',
          kind: 'webdav',
          root: join(folder, 'ruled'),
          require: { staff: false },
          rules: [{ path: '/team/closed', write: false }],
        },
        { path: '/staff', kind: 'webdav', root: join(folder, 'staff') },
      ];
    });
    alice = new DavClient(davgate, 'alice', 'test');
    carol = new DavClient(davgate, 'carol', 'test');
  });
  after(() => davgate.dispose());

  const lock = (client: DavClient, path: string, headers: Record<string, string> = {}) =>
    client.ask('LOCK', path, { headers, body: lockInfo });

  it('a tree is locked only by who may write all of it; a collection alone and its refresh ask for less', async () => {
    for (const headers of [{}, { Depth: 'infinity' }, { Depth: 'Infinity' }, { Depth: '1' }]) {
      assert.equal((await lock(alice, '/ruled/team', headers)).status, 403);
    }
    const flat = await lock(alice, '/ruled/team', { Depth: '0' });
    assert.equal(flat.status, 200);
    const token = flat.headers['lock-token'] ?? '';
    assert.equal(await alice.status('LOCK', '/ruled/team', { headers: { If: `(${token})` } }), 200);
    assert.equal((await lock(alice, '/ruled/team/closed', { Depth: '0' })).status, 403);
  });

  it('a share\u2019s root may be locked, the server\u2019s not, nor what only may be read', async () => {
    const root = await lock(alice, '/docs/');
    assert.equal(root.status, 200);
    assert.equal(await carol.status('PUT', '/docs/new', { body: 'x' }), 423);
    const headers = { 'Lock-Token': root.headers['lock-token'] ?? '' };
    assert.equal(await carol.status('UNLOCK', '/docs/', { headers }), 403);
    assert.equal(await alice.status('UNLOCK', '/docs/', { headers }), 204);
    assert.equal((await lock(alice, '/')).status, 405);
    assert.equal((await lock(alice, '/staff/Duty-rota.md')).status, 403);
  });

  it('If compares with a resource in another share, unless the user may not read it', async () => {
    const { etag } = (await carol.ask('HEAD', '/staff/Duty-rota.md')).headers;
    const headers = { If: `<${davgate.url}/staff/Duty-rota.md> ([${etag ?? ''}])` };
    assert.equal(await carol.status('GET', '/docs/Handbook.md', { headers }), 200);
    assert.equal(await alice.status('GET', '/docs/Handbook.md', { headers }), 412);
  });

  it('If may name a resource by this server\u2019s public name, behind a proxy that changes the Host', async () => {
    const held = await lock(alice, '/docs/proxied', { Depth: '0' });
    const token = held.headers['lock-token'] ?? '';
    for (const origin of ['https://files.example.org', 'https://files.example.org:443', davgate.url]) {
      const headers = { If: `<${origin}/docs/proxied> (${token})` };
      assert.equal(await alice.status('PUT', '/docs/proxied', { headers, body: 'x' }), 204, origin);
    }
    const headers = { If: `<https://elsewhere.example.org/docs/proxied> (${token})` };
    assert.equal(await alice.status('PUT', '/docs/proxied', { headers, body: 'x' }), 412);
  });

  it('a long If is read, one without end is not', async () => {
    const held = await lock(alice, '/docs/long');
    const others = '(<urn:uuid:00000000-0000-4000-8000-000000000000>) '.repeat(1000);
    const put = (condition: string) =>
      alice.status('PUT', '/docs/long', { headers: { If: condition }, body: 'x' });
    assert.equal(await put(`${others}(${held.headers['lock-token'] ?? ''})`), 204);
    assert.equal(await put(`${others}${others}`), 400);
  });

  it('of many who ask at once one gets the lock', async () => {
    await alice.ask('PUT', '/docs/wanted');
    const clients = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? alice : carol));
    const answers = await Promise.all(clients.map((client) => lock(client, '/docs/wanted')));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...Array.from({ length: 39 }, () => 423)]);
  });
});
