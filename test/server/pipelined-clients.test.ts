import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { limitsOf } from '../../src/config/limits.js';
import { listen } from '../../server/http-server.js';

test('a client that leaves is seen by the answers of all requests that it has pipelined', async (t) => {
  const answers: ServerResponse[] = [];
  const closed: number[] = [];
  let allCame = (): void => undefined;
  const came = new Promise<void>((resolve) => {
    allCame = resolve;
  });
  const handler = (_req: IncomingMessage, res: ServerResponse): void => {
    const index = answers.push(res);
    res.on('close', () => closed.push(index));
    if (index === 3) allCame();
  };
  const server = await listen(handler, { host: '127.0.0.1', port: 0, limits: limitsOf(undefined) });
  t.after(() => server.stop(0));
  const client = connect(server.address.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n'.repeat(3));
  await came;
  const gone = answers.map((res) => once(res, 'close', { signal: AbortSignal.timeout(10_000) }));
  client.destroy();
  await Promise.all(gone);
  assert.deepEqual(closed.sort(), [1, 2, 3]);
  assert.ok(answers.every((res) => res.destroyed));
});
