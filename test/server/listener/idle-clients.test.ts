import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { limitsOf } from '../../../src/config/limits.js';
import { listen, type RunningServer } from '../../../server/listener/http-server.js';

/** Resolves when the idle time of a connection has passed twice. */
async function idleTwice({ server }: RunningServer): Promise<void> {
  await once(server, 'timeout');
  await once(server, 'timeout');
}

test('a client that waits for an answer that takes long is not cut', async (t) => {
  const running = await listen(
    async (req, res) => {
      req.resume();
      await idleTwice(running);
      res.end('done');
    },
    { host: '127.0.0.1', port: 0, limits: limitsOf({ idleSeconds: 1 }) },
  );
  t.after(() => running.stop(0));
  for (const body of [undefined, 'hello']) {
    const options = body === undefined ? {} : { method: 'PUT', body };
    const answer = await fetch(`http://127.0.0.1:${running.address.port}/`, options);
    assert.equal(await answer.text(), 'done');
  }
});

test('nor one whose next request has been answered meanwhile', async (t) => {
  const running = await listen(
    async (req, res) => {
      if (req.url === '/slow') await idleTwice(running);
      res.end(req.url);
    },
    { host: '127.0.0.1', port: 0, limits: limitsOf({ idleSeconds: 1 }) },
  );
  t.after(() => running.stop(0));
  const client = connect(running.address.port, '127.0.0.1');
  const ask = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: here\r\n${path === '/fast' ? 'Connection: close\r\n' : ''}\r\n`;
  client.write(ask('/slow') + ask('/fast'));
  const answers = await text(client);
  assert.match(answers, /\/slow[^]*\/fast$/);
});
