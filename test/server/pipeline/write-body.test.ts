import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { pump } from '../../../server/pipeline/write-body.js';
import { ClientGone } from '../../../src/async/when-gone.js';
import { RawClient, requestHead } from './answering-server.js';

/** An answer that waits for its body, and the client that waits for it. */
async function awaitedAnswer(t: TestContext): Promise<{ res: ServerResponse; client: RawClient }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const asked = new Promise<ServerResponse>((resolve) => {
    server.once('request', (_req, res) => {
      resolve(res);
    });
  });
  const client = new RawClient(t, address.port);
  client.send(requestHead('GET', '/', 'Connection: close'));
  return { res: await asked, client };
}

const listeners = (res: ServerResponse): number[] => [res.listenerCount('drain'), res.listenerCount('close')];

test('a body is counted and the answer not ended', async (t) => {
  const { res, client } = await awaitedAnswer(t);
  res.writeHead(200, { 'Content-Length': 11 });
  const before = listeners(res);
  assert.equal(await pump(Readable.from([Buffer.from('hello'), Buffer.from(' ü!')]), res), 9);
  assert.equal(res.writableEnded, false);
  assert.deepEqual(listeners(res), before);
  res.end('..');
  assert.match(await client.closed, /\r\n\r\nhello Ã¼!\.\.$/);
});

test('a body waits for a client that does not read', async (t) => {
  const { res, client } = await awaitedAnswer(t);
  client.socket.pause();
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const chunks = 1024;
  let [made, unsent] = [0, 0];
  const body = new Readable({
    read() {
      this.push(made < chunks ? chunk : null);
      made += 1;
    },
  });
  body.on('data', () => {
    unsent = Math.max(unsent, res.writableLength);
  });
  const pumped = pump(body, res);
  await Promise.race([once(body, 'pause'), once(body, 'end')]);
  client.socket.resume();
  assert.equal(await pumped, chunks * chunk.length);
  res.end();
  assert.ok((await client.closed).length > chunks * chunk.length);
  assert.ok(unsent <= 4 * chunk.length, `${unsent} bytes waited in memory`);
});

test('a client that leaves ends the body', async (t) => {
  const { res, client } = await awaitedAnswer(t);
  const body = new PassThrough();
  body.write('some');
  const pumped = pump(body, res);
  await client.sees(/some/);
  client.socket.destroy();
  await assert.rejects(pumped, ClientGone);
  assert.equal(body.destroyed, true);
});

test('the error of a body is passed on', async (t) => {
  const { res } = await awaitedAnswer(t);
  const before = listeners(res);
  const body = new PassThrough();
  const pumped = pump(body, res);
  body.destroy(new Error('The disk is gone.'));
  await assert.rejects(pumped, /The disk is gone\./);
  assert.deepEqual(listeners(res), before);
});

test('a body that ends without its end is an error', async (t) => {
  const { res } = await awaitedAnswer(t);
  const body = new PassThrough();
  const pumped = pump(body, res);
  body.destroy();
  await assert.rejects(pumped, /The body broke off\./);
});

test('so is one that had broken before', async (t) => {
  const { res } = await awaitedAnswer(t);
  const before = listeners(res);
  const fallen = new PassThrough().on('error', () => undefined);
  fallen.destroy(new Error('The disk was gone.'));
  await assert.rejects(pump(fallen, res), /The disk was gone\./);
  await assert.rejects(pump(new PassThrough().destroy(), res), /The body broke off\./);
  assert.deepEqual(listeners(res), before);
});
