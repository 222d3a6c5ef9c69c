import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { limitsOf } from '../../../src/config/limits.js';
import { listen } from '../../../server/listener/http-server.js';

test('a client that waits for an answer that takes long is not cut', async (t) => {
  const running = await listen(
    async (req, res) => {
      req.resume();
      await pause(3500);
      res.end('done');
    },
    { host: '127.0.0.1', port: 0, limits: limitsOf({ idleSeconds: 1 }) },
  );
  t.after(() => running.stop(0));
  let cuts = 0;
  running.server.on('timeout', () => (cuts += 1));
  for (const body of [undefined, 'hello']) {
    const options = body === undefined ? {} : { method: 'PUT', body };
    const answer = await fetch(`http://127.0.0.1:${running.address.port}/`, options);
    assert.equal(await answer.text(), 'done');
  }
  assert.ok(cuts > 0, 'the time has not passed');
});

test('nor one whose next request has been answered meanwhile', async (t) => {
  const running = await listen(
    async (req, res) => {
      if (req.url === '/slow') await pause(2500);
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
