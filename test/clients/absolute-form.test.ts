import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { login, sampleDavgate } from './helpers/davgate.js';

/** The status of what is sent byte by byte. */
async function rawStatus(port: number, head: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(head.replaceAll('\n', '\r\n'));
  await once(socket, 'close');
  return Number(Buffer.concat(chunks).toString('latin1').split(' ')[1]);
}

describe('A request target in absolute form', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let client: DavClient;
  let here: string;
  before(async () => {
    davgate = await sampleDavgate();
    client = new DavClient(davgate, 'alice', 'a proxy');
    here = new URL(davgate.url).host;
    assert.equal(await client.status('PUT', '/docs/file', { body: 'x' }), 201);
  });
  after(() => davgate.dispose());

  /** What a COPY from a target to a Destination is answered, with some Host. */
  const copy = (target: string, host: string, destination: string): Promise<number> =>
    client.status('COPY', target, { headers: { Host: host, Destination: destination } });

  it('counts for Host where a Destination is compared', async () => {
    assert.equal(await copy(`http://${here}/docs/file`, 'other.example', `http://${here}/docs/one`), 201);
    assert.equal(await copy('http://x.example/docs/file', here, 'http://x.example/docs/two'), 201);
    assert.equal(await copy('HTTPS://X.example:443/docs/file', here, 'https://x.example/docs/two'), 204);
    assert.equal(await copy('http://u:p@x.example/docs/file', here, 'http://x.example/docs/two'), 204);
    // The field that was overridden names this server no more.
    assert.equal(await copy('http://x.example/docs/file', here, `http://${here}/docs/three`), 502);
    assert.equal(
      await copy(`http://${here}/docs/file`, 'other.example', 'http://other.example/docs/three'),
      502,
    );
  });

  it('counts for Host where tags of If are compared', async () => {
    const lock = await client.ask('LOCK', '/docs/locked', {
      headers: { Depth: '0' },
      body: '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>',
    });
    const token = lock.headers['lock-token'] ?? '';
    const put = (tag: string): Promise<number> =>
      client.status('PUT', 'http://x.example/docs/locked', {
        headers: { Host: here, If: `<${tag}> (${token})` },
        body: 'x',
      });
    assert.equal(await put('http://x.example/docs/locked'), 204);
    assert.equal(await put(`http://${here}/docs/locked`), 412);
  });

  it('is a URI on an HTTP server, or refused', async () => {
    for (const target of ['ftp://x.example/docs/file', 'http:///docs/file', 'http://u@/docs/file']) {
      assert.equal(await client.status('GET', target), 400, target);
    }
  });

  it('does not stand in for a Host that is missing, empty or there twice', async () => {
    const credentials = `Authorization: Basic ${Buffer.from(login('alice')).toString('base64')}\nConnection: close\n`;
    for (const target of ['/docs/file', `http://${here}/docs/file`]) {
      for (const [hosts, version, status] of [
        ['', '1.1', 400],
        ['Host:\n', '1.1', 400],
        ['Host: \n', '1.1', 400],
        [`Host: ${here}\nHost: ${here}\n`, '1.1', 400],
        [`Host: ${here}\n`, '1.1', 200],
        ['', '1.0', 200],
      ] as const) {
        const head = `GET ${target} HTTP/${version}\n${hosts}${credentials}\n`;
        assert.equal(await rawStatus(davgate.port, head), status, JSON.stringify([target, hosts, version]));
      }
    }
  });
});
