import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import type { HttpResponse } from '../../../src/http/message.js';
import { answeringServer, RawClient, requestHead, type Logged } from './answering-server.js';

const length = (bytes: number): [string, string] => ['Content-Length', String(bytes)];

const streamed = (content: string, ...headers: [string, string][]): HttpResponse => ({
  status: 200,
  headers,
  body: Readable.from([Buffer.from(content)]),
});

/** The head of the answer to a request without a body. */
function headOf(options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', agent: false, ...options }, resolve)
      .once('error', reject)
      .end();
  });
}

/** The one line of the log must tell of the request whose answer this is. */
function assertBrokeOff(logged: readonly Logged[], answer: string, reason: RegExp): void {
  const [line, ...more] = logged;
  assert.ok(line && more.length === 0, JSON.stringify(logged));
  assert.equal(line.message, 'response cut off');
  const { fields } = line;
  assert.ok('requestId' in fields && 'err' in fields && fields.err instanceof Error);
  assert.match(answer, new RegExp(`^X-Request-Id: ${String(fields.requestId)}\r$`, 'm'));
  assert.match(fields.err.message, reason);
}

describe('a whole answer', () => {
  test('has its fields in order, repeated ones too, and keeps the connection', async (t) => {
    const { port, logged, handled } = await answeringServer(t, () => ({
      ...streamed('hello', ['DAV', '1'], ['DAV', '2'], length(5)),
      status: 207,
    }));
    const client = new RawClient(t, port).send(requestHead('GET'));
    const answer = await client.sees(/hello$/);
    assert.match(answer, /^HTTP\/1\.1 207 .*\r\nDAV: 1\r\nDAV: 2\r\nContent-Length: 5\r\nX-Request-Id: /);
    client.send(requestHead('GET', '/', 'Connection: close'));
    assert.equal((await client.closed).match(/hello/g)?.length, 2);
    await handled();
    assert.deepEqual(logged, []);
  });

  test('without a length is followed by its trailers, known at its end', async (t) => {
    let read = '';
    const body = async function* (): AsyncGenerator<Buffer> {
      for (const piece of ['he', 'llo']) {
        read += piece;
        yield Buffer.from(piece);
        await Promise.resolve();
      }
    };
    const { port } = await answeringServer(t, ({ url }) =>
      url === '/stream'
        ? { status: 200, headers: [], body: Readable.from(body()), trailers: () => [['X-Read', read]] }
        : { status: 200, headers: [], body: 'hello', trailers: () => [['X-Read', 'all']] },
    );
    for (const [path, trailer] of [
      ['/stream', 'hello'],
      ['/string', 'all'],
    ] as const) {
      const answer = await headOf({ port, path });
      assert.equal(await text(answer), 'hello');
      assert.deepEqual(answer.rawTrailers, ['X-Read', trailer]);
    }
  });

  test('to HEAD has no body, and the stream is destroyed', async (t) => {
    const bodies: Readable[] = [];
    const { port, logged, handled } = await answeringServer(t, ({ url }) => {
      if (url === '/string') return { status: 200, headers: [length(5)], body: 'hello' };
      const response = streamed('hello', length(5));
      if (response.body instanceof Readable) bodies.push(response.body);
      return response;
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => {
      agent.destroy();
    });
    const ports = new Set<number | undefined>();
    for (const path of ['/stream', '/string', '/stream']) {
      const answer = await headOf({ port, path, method: 'HEAD', agent });
      ports.add(answer.socket.localPort);
      assert.equal(answer.headers['content-length'], '5');
      assert.equal(await text(answer), '');
    }
    assert.equal(ports.size, 1, 'the connection is kept');
    await handled();
    assert.deepEqual(
      bodies.map(({ destroyed, readableDidRead }) => [destroyed, readableDidRead]),
      [
        [true, false],
        [true, false],
      ],
    );
    assert.deepEqual(logged, []);
  });
});

describe('an answer breaks off', () => {
  for (const [what, announced] of [
    ['shorter', 6],
    ['longer', 4],
  ] as const) {
    test(`when its body is ${what} than announced`, async (t) => {
      const { port, logged, handled } = await answeringServer(t, () => streamed('hello', length(announced)));
      const answer = await new RawClient(t, port).send(requestHead('GET')).closed;
      await handled();
      assertBrokeOff(logged, answer, /not as long as announced/);
    });
  }

  test('when its body fails, and does not end as if it were whole', async (t) => {
    const body = new PassThrough();
    body.write('half');
    const { port, logged, handled } = await answeringServer(t, () => ({ status: 200, headers: [], body }));
    const client = new RawClient(t, port).send(requestHead('GET'));
    await client.sees(/half/);
    body.destroy(new Error('The disk is gone.'));
    const answer = await client.closed;
    assert.match(answer, /Transfer-Encoding: chunked[^]*\r\n4\r\nhalf\r\n$/i);
    await handled();
    assertBrokeOff(logged, answer, /The disk is gone\./);
  });

  test('when its trailers cannot be told, and the body is destroyed', async (t) => {
    const response = streamed('hello');
    const trailers = (): never => {
      throw new Error('Nobody knows the trailers.');
    };
    const { port, logged, handled } = await answeringServer(t, () => ({ ...response, trailers }));
    const answer = await new RawClient(t, port).send(requestHead('GET')).closed;
    assert.match(answer, /hello\r\n$/);
    await handled();
    assert.ok(response.body instanceof Readable && response.body.destroyed);
    assertBrokeOff(logged, answer, /Nobody knows the trailers\./);
  });
});

describe('a client that leaves', () => {
  test('while it reads ends the body, and nothing is logged', async (t) => {
    const body = new PassThrough();
    body.write('some');
    const { port, logged, handled } = await answeringServer(t, () => ({ status: 200, headers: [], body }));
    const client = new RawClient(t, port).send(requestHead('GET'));
    await client.sees(/some/);
    client.socket.destroy();
    await handled();
    assert.equal(body.destroyed, true);
    assert.deepEqual(logged, []);
  });

  for (const answered of [true, false]) {
    test(`before the answer is ready ${answered ? 'ends the body' : 'needs none'}`, async (t) => {
      const body = new PassThrough();
      const { port, logged, faults, handled } = await answeringServer(t, async (_req, res) => {
        client.socket.destroy();
        await once(res, 'close');
        return answered ? { status: 200, headers: [], body } : undefined;
      });
      const client = new RawClient(t, port).send(requestHead('GET'));
      await client.closed;
      await handled();
      assert.equal(body.destroyed, answered);
      assert.deepEqual([logged, faults], [[], []]);
    });
  }
});

test('a request that no middleware answers is a fault, and its connection is closed', async (t) => {
  const { port, faults, handled } = await answeringServer(t, () => undefined);
  assert.equal(await new RawClient(t, port).send(requestHead('GET')).closed, '');
  await handled();
  assert.ok(faults.length === 1 && isFailure(faults[0], 'internal'));
});
