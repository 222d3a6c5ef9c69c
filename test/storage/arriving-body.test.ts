import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { Allowance } from '../../src/async/allowance.js';
import { bodyMemory } from '../../src/async/body-memory.js';
import { Failure } from '../../src/failure.js';
import { ArrivingBody } from '../../src/storage/local/arriving-body.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { until } from '../helpers/until.js';
import { localOptions, localStorage } from './local-setting.js';

const kibibyte = 1024;
const chunk = Buffer.alloc(64 * kibibyte, 'x');

/** A body of many chunks, and how many have been asked for. */
function many(chunks: number) {
  const asked = { chunks: 0 };
  const body = new Readable({
    highWaterMark: chunk.length,
    read() {
      asked.chunks += 1;
      this.push(asked.chunks > chunks ? null : chunk);
    },
  });
  return { body, asked };
}

describe('an arriving body', () => {
  test('is gathered up to 256 KiB, no further than two times while nobody takes it', async () => {
    const memory = bodyMemory();
    const { body, asked } = many(1000);
    const arriving = new ArrivingBody(body, { memory, owner: 'alice', onBytes: () => undefined });
    await until(() => body.isPaused(), 'it is paused');
    assert.ok(asked.chunks <= 6, String(asked.chunks));
    assert.equal(memory.held, 512 * kibibyte);
    assert.equal(Buffer.concat(await arriving.take()).length, 256 * kibibyte);
    await until(() => body.isPaused(), 'it is paused again');
    assert.equal(Buffer.concat(await arriving.take()).length, 256 * kibibyte);
    arriving.leave();
    assert.equal(memory.held, 0);
    assert.ok(body.isPaused() && !body.destroyed);
  });

  test('is taken in smaller pieces where there is no memory', async () => {
    const memory = new Allowance({ inAll: 0, perOwner: 0 });
    const arriving = new ArrivingBody(many(1000).body, { memory, owner: '', onBytes: () => undefined });
    assert.equal(Buffer.concat(await arriving.take()).length, 64 * kibibyte);
    arriving.leave();
  });

  test('is taken at once as long as it is small', async () => {
    const body = new PassThrough();
    const arriving = new ArrivingBody(body, { memory: bodyMemory(), owner: '', onBytes: () => undefined });
    for (const text of ['a', 'bc']) {
      body.write(text);
      assert.equal(Buffer.concat(await arriving.take()).toString(), text);
    }
    arriving.leave();
  });

  test('of which no more arrives for the moment is taken as far as it has come', async () => {
    const body = new PassThrough({ highWaterMark: 1024 ** 2 });
    const arriving = new ArrivingBody(body, { memory: bodyMemory(), owner: '', onBytes: () => undefined });
    body.write(chunk);
    await arriving.take();
    for (let time = 0; time < 2; time += 1) {
      body.write(chunk);
      assert.equal(Buffer.concat(await arriving.take()).length, chunk.length);
    }
    arriving.leave();
  });

  test('ends with no chunks, and may be empty', async () => {
    const { body } = many(5);
    const arriving = new ArrivingBody(body, { memory: bodyMemory(), owner: '', onBytes: () => undefined });
    const sizes: number[] = [];
    for (let taken = await arriving.take(); taken.length > 0; taken = await arriving.take()) {
      sizes.push(Buffer.concat(taken).length);
    }
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      5 * chunk.length,
    );
    const none = new ArrivingBody(Readable.from([]), {
      memory: bodyMemory(),
      owner: '',
      onBytes: () => undefined,
    });
    assert.deepEqual(await none.take(), []);
  });

  test('that has ended before, or breaks off, is malformed or over', async () => {
    const ended = Readable.from([]).resume();
    await once(ended, 'end');
    const options = { memory: bodyMemory(), owner: '', onBytes: () => undefined };
    assert.deepEqual(await new ArrivingBody(ended, options).take(), []);
    const broken = new PassThrough();
    const arriving = new ArrivingBody(broken, options);
    const taking = arriving.take();
    broken.destroy(new Error('gone'));
    await assert.rejects(taking, failing('malformed'));
    await assert.rejects(new ArrivingBody(broken, options).take(), failing('malformed'));
    assert.equal(options.memory.held, 0);
  });

  test('that is refused while it arrives stays open', async () => {
    const { body } = many(1000);
    const arriving = new ArrivingBody(body, {
      memory: bodyMemory(),
      owner: '',
      onBytes: (received) => {
        if (received > 100_000) throw new Failure('insufficient-storage', 'No room.');
      },
    });
    await assert.rejects(arriving.take(), failing('insufficient-storage'));
    assert.ok(!body.destroyed);
  });
});

test('a body from the network is stored as it is, and its memory freed at once', async (t) => {
  const { folder } = localStorage(t);
  const memory = bodyMemory();
  const storage = new LocalStorage(folder, { ...localOptions, memory });
  const content = randomBytes(20 * 1024 * kibibyte + 17);
  let chunks: Buffer[] = [];
  const server = createServer((req, res) => {
    req.on('data', (bytes: Buffer) => chunks.push(bytes));
    void storage.write(inShare('/large'), req, { length: content.length }).then(() => res.end());
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  const sending = request({ port: address.port, host: '127.0.0.1', method: 'PUT', agent: false });
  sending.setHeader('Content-Length', content.length);
  sending.end(content);
  await once(sending, 'response');
  assert.ok(readFileSync(join(folder, 'large')).equals(content));
  assert.equal(memory.held, 0);
  const left = chunks.reduce((sum, { length }) => sum + length, 0);
  chunks = [];
  assert.ok(left < 64 * kibibyte + 1, `${left} bytes are left`);
});

test('a body that others may use again stays as it is', async (t) => {
  const { storage } = localStorage(t);
  const pieces = Array.from({ length: 20 }, () => Buffer.alloc(chunk.length, 'y'));
  await storage.write(inShare('/large'), Readable.from(pieces));
  assert.ok(pieces.every(({ length }) => length === chunk.length));
});
