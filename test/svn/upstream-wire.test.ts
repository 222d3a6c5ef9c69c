import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { UpstreamConnection } from '../../src/svn/http1/upstream-connection.js';
import { stays } from './gone.js';
import { until } from '../helpers/until.js';

/** Something that answers bytes with bytes, and a connection to it. */
async function wire(t: TestContext, answer: (socket: Socket, request: string) => void) {
  const received: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (text: string) => {
      received.push(text);
      answer(socket, received.join(''));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  let [free, closed] = [0, 0];
  const connection = new UpstreamConnection(
    { scheme: 'http', host: '127.0.0.1', port: address.port, secret: '' },
    { free: () => (free += 1), closed: () => (closed += 1) },
  );
  t.after(() => {
    connection.destroy();
    server.close();
  });
  const exchange = (
    method: string,
    body: Readable = Readable.from([]),
    framing: 'none' | 'chunked' = 'none',
  ) =>
    connection.exchange({
      slot: { holdFor: () => undefined, release: () => undefined },
      method,
      head: { path: '/svn/one', headers: ['Host', 'x'], framing: { kind: framing } },
      body,
      patience: 10_000,
      whenGone: stays,
    });
  return { connection, exchange, received, seen: () => ({ free, closed }) };
}

async function contentOf(body: Buffer | Readable | undefined): Promise<string> {
  return body instanceof Readable ? text(body) : String(body);
}

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

test('an answer that arrives byte by byte is the same, and one in one piece has its body at once', async (t) => {
  const bytes = `HTTP/1.1 100 Continue\r\n\r\n${head}5\r\nhello\r\n6\r\n world\r\n0\r\nX-End: 1\r\n\r\n`;
  const { exchange, seen } = await wire(t, (socket, request) => {
    if (!request.endsWith('\r\n\r\n')) return;
    if (request.includes('GET')) {
      socket.write(bytes);
      return;
    }
    socket.setNoDelay(true);
    const slowly = async (): Promise<void> => {
      for (const byte of bytes) {
        socket.write(byte);
        await turn();
      }
    };
    void slowly();
  });
  const slow = await exchange('REPORT');
  assert.equal(await contentOf(slow.body), 'hello world');
  assert.deepEqual(slow.trailers(), [['X-End', '1']]);
  const whole = await exchange('GET');
  assert.ok(whole.body instanceof Buffer);
  assert.equal(await contentOf(whole.body), 'hello world');
  assert.deepEqual(whole.trailers(), [['X-End', '1']]);
  assert.deepEqual(seen(), { free: 2, closed: 0 });
});

test('a request is written with the first of its body, chunk by chunk', async (t) => {
  const { exchange, received } = await wire(t, (socket, request) => {
    if (request.endsWith('0\r\n\r\n')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  const body = new PassThrough();
  const answered = exchange('PUT', body, 'chunked');
  await turn();
  assert.deepEqual(received, []);
  body.write('abc');
  await until(() => received.length > 0, 'the first of the body arrived');
  assert.equal(received.join(''), 'PUT /svn/one HTTP/1.1\r\nHost: x\r\n\r\n3\r\nabc\r\n');
  body.end('defg');
  assert.equal((await answered).status, 204);
  assert.ok(received.join('').endsWith('3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n'));
});

test('a piece of a body without bytes does not end it', async (t) => {
  const { exchange, received } = await wire(t, (socket, request) => {
    if (request.endsWith('0\r\n\r\n')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  const body = Readable.from([Buffer.from('a'), Buffer.alloc(0), Buffer.from('b')]);
  assert.equal((await exchange('PUT', body, 'chunked')).status, 204);
  assert.ok(received.join('').endsWith('\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n'));
});

for (const [what, answer] of [
  ['that is not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['whose head never ends', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(60_000)}`],
  ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
] as const) {
  test(`an answer ${what} is no answer, and the connection is closed`, async (t) => {
    const { exchange, seen } = await wire(t, (socket) => socket.write(answer));
    await assert.rejects(exchange('GET'), { kind: 'upstream-unreachable' });
    await until(() => seen().closed === 1, 'the connection was closed');
  });
}

test('a body with broken framing ends with an error', async (t) => {
  const { exchange, seen } = await wire(t, (socket) => socket.write(`${head}5\r\nhello world\r\n`));
  const pending = exchange('GET').then(({ body }) => contentOf(body));
  await assert.rejects(pending);
  await until(() => seen().closed === 1, 'the connection was closed');
});

test('an answer until the end of the connection is whole', async (t) => {
  const { exchange, seen } = await wire(t, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello'));
  assert.equal(await contentOf((await exchange('GET')).body), 'hello');
  await until(() => seen().closed === 1, 'the connection was closed');
  assert.equal(seen().free, 0);
});

test('what was not asked for closes the connection', async (t) => {
  let more = (): unknown => undefined;
  const { exchange, seen } = await wire(t, (socket) => {
    more = () => socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  assert.equal((await exchange('GET')).status, 204);
  more();
  await until(() => seen().closed === 1, 'the connection was closed');
});
