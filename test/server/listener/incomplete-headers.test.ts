import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { limitsOf } from '../../../src/config/limits.js';
import { listen } from '../../../server/listener/http-server.js';

const unfinished = { counted: 16 * 1024, perAddress: 1024 ** 2, inAll: 4 * 1024 ** 2 };
const head = 'GET / HTTP/1.1\r\nHost: here\r\n';

test('of header sections that never end only so much is kept, the longest go, and requests go on', async (t) => {
  const running = await listen(
    (req, res) => {
      req.resume().once('end', () => res.end('done'));
    },
    { host: '127.0.0.1', port: 0, limits: { ...limitsOf({}), unfinished } },
  );
  t.after(() => running.stop(0));
  const open = (): Socket => {
    const socket = connect(running.address.port, '127.0.0.1');
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    return socket.resume();
  };
  // One that has had bodies answered, with and without a length, has nothing unfinished.
  const honest = open();
  const big = 'x'.repeat(200_000);
  honest.write(`PUT / HTTP/1.1\r\nHost: here\r\nContent-Length: ${big.length}\r\n\r\n${big}`);
  await once(honest, 'data');
  honest.write(
    `PUT / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`,
  );
  await once(honest, 'data');
  const short = open();
  short.write(`${head}X-Short: ${'x'.repeat(20_000)}`);
  const after = open();
  after.write(`${head}\r\n`);
  await once(after, 'data');
  const long = [after, ...Array.from({ length: 7 }, open)];
  let closed = 0;
  const enough = new Promise<void>((resolve) => {
    for (const socket of long) {
      socket.once('close', () => {
        if ((closed += 1) === 4) resolve();
      });
    }
  });
  for (const socket of long) socket.write(`${head}X-Long: ${'x'.repeat(240_000)}`);
  await enough;
  honest.write(`${head}\r\n`);
  assert.match(String((await once(honest, 'data'))[0]), /200 OK/);
  short.write('\r\n\r\n');
  assert.match(String((await once(short, 'data'))[0]), /200 OK/);
  const [left] = long.filter((socket) => !socket.destroyed);
  assert.ok(left !== undefined, 'what there is room for stays');
});
