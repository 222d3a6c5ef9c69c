import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { truncateSync, writeFileSync, appendFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { PieceBuffers } from '../../../src/async/piece-buffers.js';
import { Allowance } from '../../../src/async/allowance.js';
import { ReadableInto } from '../../../src/async/readable-into.js';
import type { HttpResponse } from '../../../src/http/message.js';
import { serveFile } from '../../../src/static/serve-file.js';
import { openBelow } from '../../contracts/descriptors.js';
import { inShare } from '../../helpers/paths.js';
import { until } from '../../helpers/until.js';
import { localStorage } from '../../storage/local-setting.js';
import { answeringServer, RawClient, requestHead } from './answering-server.js';

const size = 24 * 1024 * 1024;

/** A server of one large file. */
async function serving(t: TestContext) {
  const { folder, storage } = localStorage(t);
  const content = randomBytes(size);
  const file = join(folder, 'large');
  writeFileSync(file, content);
  const server = await answeringServer(t, ({ headers, method }) =>
    serveFile(storage, inShare('/large'), method ?? '', { range: headers.range }),
  );
  return { ...server, folder, file, content };
}

function answerOf(port: number, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false, headers }, resolve).once('error', reject);
  });
}

async function digestOf(body: Readable): Promise<string> {
  const hash = createHash('sha256');
  body.pipe(hash);
  await once(hash, 'finish');
  return hash.digest('hex');
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('a large file in pieces', () => {
  test('arrives as it is, whole or a range of it, to many at once', async (t) => {
    const { port, content, memory, folder, logged, handled } = await serving(t);
    const ranges = [undefined, [0, size - 1], [1, 999_999], [size - 300_001, size - 1], [7, 65_543]] as const;
    await Promise.all(
      [...ranges, ...ranges].map(async (range) => {
        const answer = await answerOf(port, range ? { range: `bytes=${range[0]}-${range[1]}` } : {});
        assert.equal(answer.statusCode, range ? 206 : 200);
        const expected = range ? content.subarray(range[0], range[1] + 1) : content;
        assert.equal(await digestOf(answer), digest(expected));
      }),
    );
    await handled();
    assert.deepEqual(logged, []);
    assert.equal(memory.held, 0);
    assert.deepEqual(openBelow(folder), []);
  });

  test('takes two pieces for a client that reads nothing, and gives them back when it is gone', async (t) => {
    const { port, memory, folder, logged, handled } = await serving(t);
    const client = new RawClient(t, port);
    client.socket.pause();
    client.send(requestHead('GET'));
    await until(() => memory.held === 2 * 256 * 1024, 'one piece is written and the next is read');
    client.socket.destroy();
    await handled();
    assert.equal(memory.held, 0);
    await until(() => openBelow(folder).length === 0, 'the file is closed');
    assert.deepEqual(logged, []);
  });

  test('is cut off where the file has become shorter', async (t) => {
    const { port, file, memory, folder, logged, handled } = await serving(t);
    const client = new RawClient(t, port);
    client.socket.pause();
    client.send(requestHead('GET'));
    await until(() => memory.held > 0, 'it has begun');
    truncateSync(file, 1000);
    client.socket.resume();
    const answer = await client.closed;
    assert.ok(answer.length < size);
    await handled();
    assert.equal(logged[0]?.message, 'response cut off');
    assert.equal(memory.held, 0);
    await until(() => openBelow(folder).length === 0, 'the file is closed');
  });

  test('has the announced length where the file has become longer', async (t) => {
    const { port, file, content, memory } = await serving(t);
    const answer = await answerOf(port);
    answer.pause();
    await until(() => memory.held > 0, 'it has begun');
    appendFileSync(file, 'more');
    assert.equal(await digestOf(answer), digest(content));
  });
});

/** A body that fails at its second piece. */
class Failing extends ReadableInto {
  #pieces = 0;

  readInto(target: Buffer): Promise<number> {
    this.#pieces += 1;
    if (this.#pieces === 2) return Promise.reject(new Error('the disk is gone'));
    target.fill('x');
    return Promise.resolve(target.length);
  }

  override _read(): void {
    this.push(null);
  }
}

test('a body that fails is cut off, destroyed and in the log', async (t) => {
  const body = new Failing();
  const answer: HttpResponse = { status: 200, headers: [['Content-Length', String(size)]], body };
  const { port, memory, logged, handled } = await answeringServer(t, () => answer);
  const client = new RawClient(t, port).send(requestHead('GET'));
  assert.ok((await client.closed).length < size);
  await handled();
  assert.equal(memory.held, 0);
  if (!body.closed) await once(body, 'close');
  assert.ok(logged[0] && 'err' in logged[0].fields && logged[0].fields.err instanceof Error);
  assert.equal(logged[0].fields.err.message, 'the disk is gone');
});

describe('the buffers for pieces', () => {
  const piece = 256 * 1024;

  test('are used again once they are released, and never after they are abandoned', () => {
    const buffers = new PieceBuffers(new Allowance({ inAll: 4 * piece, perOwner: 2 * piece }));
    const first = buffers.take('alice');
    assert.ok(first);
    first.release();
    const again = buffers.take('bob');
    assert.ok(again);
    assert.equal(again.bytes, first.bytes);
    again.abandon();
    assert.notEqual(buffers.take('bob')?.bytes, first.bytes);
  });

  test('are limited for each owner and in all', () => {
    const memory = new Allowance({ inAll: 3 * piece, perOwner: 2 * piece });
    const buffers = new PieceBuffers(memory);
    const taken = ['alice', 'alice', 'alice', 'bob', 'bob'].map((owner) => buffers.take(owner));
    assert.deepEqual(
      taken.map((one) => one !== undefined),
      [true, true, false, true, false],
    );
    for (const one of taken) one?.release();
    assert.equal(memory.held, 0);
    assert.ok(buffers.take('bob'));
  });
});

test('without large buffers a file arrives in small pieces', async (t) => {
  const { port, content, memory, handled } = await serving(t);
  const others = memory.hold('');
  assert.ok(others.grow(8 * 1024 ** 2));
  assert.equal(await digestOf(await answerOf(port)), digest(content));
  await handled();
  others.release();
  assert.equal(memory.held, 0);
});
