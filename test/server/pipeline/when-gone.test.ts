import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import { whenGone } from '../../../server/pipeline/when-gone.js';
import { ClientGone, goneSignal } from '../../../src/async/when-gone.js';

/** A request under way: its answer at the server, and how its client leaves or reads the answer. */
async function underWay(
  t: TestContext,
): Promise<{ res: ServerResponse; leave: () => void; answer: Promise<unknown> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const client = request({ host: '127.0.0.1', port: address.port, agent: false });
  client.on('error', () => undefined);
  const answer = new Promise((resolve) => {
    client.on('response', (response: IncomingMessage) => {
      resolve(response.resume());
    });
  });
  const came = new Promise<ServerResponse>((resolve) => {
    server.once('request', (_req: IncomingMessage, res: ServerResponse) => {
      resolve(res);
    });
  });
  client.end();
  return { res: await came, leave: () => client.destroy(), answer };
}

test('a client that leaves is noticed', async (t) => {
  const { res, leave } = await underWay(t);
  const signal = goneSignal(whenGone(res));
  assert.equal(signal.aborted, false);
  leave();
  await once(signal, 'abort');
  assert.ok(signal.reason instanceof ClientGone);
});

test('a client that left while its password was checked is noticed too', async (t) => {
  const { res, leave } = await underWay(t);
  leave();
  await once(res, 'close');
  assert.ok(goneSignal(whenGone(res)).reason instanceof ClientGone);
});

test('an answer that is out leaves nobody waiting', async (t) => {
  const { res, answer } = await underWay(t);
  const signal = goneSignal(whenGone(res));
  const closed = once(res, 'close');
  res.end('done');
  await Promise.all([answer, closed]);
  assert.equal(signal.aborted, false);
  assert.equal(goneSignal(whenGone(res)).aborted, false);
});
