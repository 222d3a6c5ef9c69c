import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fieldOf, framingOf } from './answer-head.js';
import { ChunkedBody } from './chunked-body.js';
import { Connection } from './connection.js';
import { sent } from './expect.js';
import { runLoad } from './load.js';
import { basic, propfindBytes, requestBytes } from './requests.js';

/** Answers each request with what its path names, a byte at a time if that is asked for. */
const answers: Readonly<Record<string, string>> = {
  '/length': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  '/chunks':
    'HTTP/1.1 207 X\r\nTransfer-Encoding: chunked\r\n\r\n6;a=b\r\n0\r\n\r\n.\r\nc\r\nhello\r\nworld\r\n0\r\n\r\n',
  '/none': 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
  '/interim': 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n',
  '/fault': 'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n',
  '/endless': 'HTTP/1.1 200 OK\r\n\r\nuntil the end',
};

function serve(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  socket.on('data', (bytes: Buffer) => {
    const path = bytes.toString('latin1').split(' ')[1] ?? '';
    const answer = answers[path.replace('/slow', '')];
    if (answer === undefined) socket.destroy();
    else if (path.startsWith('/slow')) void slowly(socket, answer);
    else socket.write(answer);
  });
}

async function slowly(socket: Socket, answer: string): Promise<void> {
  for (const byte of answer) await new Promise((resolve) => socket.write(byte, resolve));
}

describe('a connection of the load generator', () => {
  let server: Server;
  let port: number;
  const buffer = Buffer.alloc(4096);

  before(async () => {
    server = createServer(serve).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('No port.');
    port = address.port;
  });

  after(() => server.close());

  const get = (path: string): Buffer => requestBytes({ port }, { method: 'GET', path });

  it('takes each answer whole, however it arrives', async () => {
    const connection = await Connection.open(port, buffer);
    for (const way of ['', '/slow']) {
      for (const [path, status, body] of [
        ['/length', 200, 'hello'],
        ['/chunks', 207, '0\r\n\r\n.hello\r\nworld'],
        ['/none', 304, ''],
        ['/interim', 201, ''],
      ] as const) {
        const answer = await connection.send(get(way + path), { keepBody: true });
        assert.deepEqual(
          [answer.status, answer.body.toString(), answer.bodyBytes],
          [status, body, body.length],
          way + path,
        );
      }
    }
    connection.close();
  });

  it('refuses another status than the expected one, and an answer that has no length', async () => {
    const connection = await Connection.open(port, buffer);
    await assert.rejects(
      sent(connection, get('/fault'), [200, 204]),
      /"GET \/fault HTTP\/1.1".*200 or 204.*500/s,
    );
    await assert.rejects(sent(connection, get('/endless'), [200]), /no length/);
    await assert.rejects(sent(connection, get('/length'), [200]), /no length/);
  });

  it('fails with its server', async () => {
    const connection = await Connection.open(port, buffer);
    await assert.rejects(connection.send(get('/closed')), /closed the connection|ECONNRESET/);
  });

  it('counts what its clients have done, and stops at the first fault', async () => {
    const turns: string[] = [];
    const result = await runLoad({
      port,
      clients: 3,
      seconds: 0,
      step: async (connection, client, turn) => {
        turns.push(`${client}/${turn}`);
        await sent(connection, get('/length'), [200]);
      },
    });
    assert.deepEqual(turns, ['0/0', '1/0', '2/0']);
    assert.equal(result.steps, 3);
    assert.ok(result.generatorMicroseconds > 0 && result.generatorBusy > 0);
    const faulty = runLoad({
      port,
      clients: 3,
      seconds: 60,
      step: async (connection, client) => {
        await sent(connection, get(client === 1 ? '/fault' : '/length'), [200]);
      },
    });
    await assert.rejects(faulty, /500/);
  });
});

describe('what the load generator sends and reads', () => {
  it('is a request as it goes over the wire', () => {
    const recipient = { port: 8080, authorization: basic('alice', 'secret') };
    assert.equal(
      requestBytes(
        recipient,
        { method: 'PUT', path: '/a' },
        { headers: { If: '(<a>)' }, body: 'é' },
      ).toString(),
      'PUT /a HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Basic YWxpY2U6c2VjcmV0\r\nIf: (<a>)\r\nContent-Length: 2\r\n\r\né',
    );
    const text = propfindBytes({ port: 1 }, '/', '1', 'seven').toString();
    assert.match(text, /^PROPFIND \/ HTTP\/1\.1\r\nHost: 127\.0\.0\.1:1\r\nDepth: 1\r\n/);
    assert.equal(text.match(/<D:(?!propfind|prop>)\w+\/>/g)?.length, 7);
  });

  it('is a header section by RFC 9112', () => {
    assert.equal(framingOf('HTTP/1.1 100 Continue'), 'interim');
    assert.equal(framingOf('HTTP/1.1 204 No Content\r\nContent-Length: 9'), 0);
    assert.equal(framingOf('HTTP/1.1 200 OK\r\ncontent-length:9'), 9);
    assert.equal(framingOf('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked'), 'chunked');
    assert.equal(fieldOf('HTTP/1.1 200 OK\r\nA: b\r\nETag: "x:y"', 'etag'), '"x:y"');
    assert.equal(fieldOf('HTTP/1.1 200 OK\r\nA: b', 'etag'), undefined);
  });

  it('is a body in chunks, with trailers', () => {
    const parts: string[] = [];
    const body = new ChunkedBody((part) => parts.push(part.toString()));
    assert.equal(body.take(Buffer.from('3\r\nabc\r\n2\r\nd')), false);
    assert.equal(body.take(Buffer.from('e\r\n0\r\nDigest: x\r\n')), false);
    assert.equal(body.take(Buffer.from('\r\n')), true);
    assert.equal(parts.join(''), 'abcde');
    assert.throws(() => new ChunkedBody(() => undefined).take(Buffer.from('x\r\n')), RangeError);
  });
});
