import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { limitsOf } from '../../../src/config/limits.js';
import { listen } from '../../../server/listener/http-server.js';

test('a client that leaves is seen by the answers of all requests that it has pipelined', async (t) => {
  const closed: string[] = [];
  const handled: (string | undefined)[] = [];
  let came = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    came = resolve;
  });
  const handler = (req: IncomingMessage): void => {
    handled.push(req.url);
    came();
  };
  const server = await listen(handler, { host: '127.0.0.1', port: 0, limits: limitsOf(undefined) });
  t.after(() => server.stop(0));
  const gone = new Promise<void>((resolve) => {
    server.server.on('request', (req: IncomingMessage, res: ServerResponse) => {
      res.once('close', () => {
        assert.ok(res.destroyed);
        if (closed.push(req.url ?? '') === 3) resolve();
      });
    });
  });
  const client = connect(server.address.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write(['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`).join(''));
  await begun;
  client.destroy();
  await gone;
  assert.deepEqual(closed.sort(), ['/a', '/b', '/c']);
  // Those that had not begun never do.
  assert.deepEqual(handled, ['/a']);
});
