import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { isFailure } from '../../src/failure.js';
import type { HeaderList, HttpResponse, RequestHeaders, ResponseBody } from '../../src/http/message.js';
import type { ByteRange } from '../../src/http/range.js';
import { respondWith, type Representation } from '../../src/http/representation.js';

const text = 'abcdefghijklmnopqrstuvwxyz';
const changed = 'Sun, 06 Nov 1994 08:49:37 GMT';

/** Says what was asked of it. */
class Letters implements Representation {
  readonly size: number;
  readonly contentType = 'text/plain; charset=utf-8';
  readonly etag: string | undefined = '"v1"';
  readonly lastModified = Date.UTC(1994, 10, 6, 8, 49, 37, 250);
  readonly reads: (ByteRange | undefined)[] = [];
  readonly #text: string;
  readonly #streaming: boolean;

  constructor(letters = text, streaming = false) {
    this.#text = letters;
    this.#streaming = streaming;
    this.size = letters.length;
  }

  read(range?: ByteRange): Buffer | Readable {
    this.reads.push(range);
    const bytes = Buffer.from(range ? this.#text.slice(range.first, range.last + 1) : this.#text);
    return this.#streaming ? Readable.from([...bytes].map((byte) => Buffer.of(byte))) : bytes;
  }
}

async function bytesOf(body: ResponseBody | undefined): Promise<string> {
  if (body instanceof Readable) return (await buffer(body)).toString();
  return body === undefined ? '' : body.toString();
}

function field(response: { readonly headers: HeaderList }, name: string): string | undefined {
  const values = response.headers.filter(([candidate]) => candidate === name);
  assert.ok(values.length <= 1, `${name} stands once`);
  return values[0]?.[1];
}

function get(headers: RequestHeaders, representation: Representation = new Letters()): HttpResponse {
  return respondWith(representation, 'GET', headers);
}

describe('200', () => {
  test('the whole comes with its validators, its length and the offer of ranges', async () => {
    const response = respondWith(new Letters(), 'GET', {}, [['Cache-Control', 'private']]);
    assert.equal(response.status, 200);
    assert.deepEqual(response.headers, [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', '26'],
      ['Accept-Ranges', 'bytes'],
      ['ETag', '"v1"'],
      ['Last-Modified', changed],
      ['Cache-Control', 'private'],
    ]);
    assert.equal(await bytesOf(response.body), text);
  });

  test('HEAD has the same head and reads nothing', () => {
    const letters = new Letters();
    const response = respondWith(letters, 'HEAD', {});
    assert.deepEqual(response.headers, get({}).headers);
    assert.equal(response.body, undefined);
    assert.deepEqual(letters.reads, []);
  });

  test('HEAD knows no ranges, not even impossible ones', () => {
    assert.equal(respondWith(new Letters(), 'HEAD', { range: 'bytes=0-1' }).status, 200);
    assert.equal(respondWith(new Letters(), 'HEAD', { range: 'bytes=100-' }).status, 200);
  });

  test('an empty file is not read', () => {
    const nothing = new Letters('');
    const response = get({}, nothing);
    assert.equal(field(response, 'Content-Length'), '0');
    assert.equal(response.body, undefined);
    assert.deepEqual(nothing.reads, []);
  });

  test('the last bytes of an empty file are the whole of it', () => {
    const response = get({ range: 'bytes=-5' }, new Letters(''));
    assert.equal(response.status, 200);
    assert.equal(field(response, 'Content-Length'), '0');
  });

  test('what has no entity tag gets no ETag field', () => {
    const untagged = Object.assign(new Letters(), { etag: undefined });
    assert.equal(field(get({}, untagged), 'ETag'), undefined);
  });

  test('If-Range that no longer holds gets the whole', async () => {
    const response = get({ range: 'bytes=0-1', 'if-range': '"v0"' });
    assert.equal(response.status, 200);
    assert.equal(await bytesOf(response.body), text);
  });

  test('If-Range that no longer holds gets the whole even for a range that does not exist', () => {
    assert.equal(get({ range: 'bytes=100-', 'if-range': '"v0"' }).status, 200);
  });

  test('overlapping ranges get the whole', () => {
    assert.equal(get({ range: 'bytes=0-5,3-9' }).status, 200);
  });
});

describe('206', () => {
  const single: readonly (readonly [range: string, contentRange: string, bytes: string])[] = [
    ['bytes=0-0', 'bytes 0-0/26', 'a'],
    ['bytes=2-4', 'bytes 2-4/26', 'cde'],
    ['bytes=24-', 'bytes 24-25/26', 'yz'],
    ['bytes=-3', 'bytes 23-25/26', 'xyz'],
    ['bytes=0-', 'bytes 0-25/26', text],
    ['bytes=20-99', 'bytes 20-25/26', 'uvwxyz'],
    ['bytes=5-6,40-', 'bytes 5-6/26', 'fg'],
  ];
  for (const [range, contentRange, bytes] of single) {
    test(`${range} is ${contentRange}`, async () => {
      const response = get({ range });
      assert.equal(response.status, 206);
      assert.deepEqual(response.headers, [
        ['Content-Type', 'text/plain; charset=utf-8'],
        ['Content-Length', String(bytes.length)],
        ['Content-Range', contentRange],
        ['Accept-Ranges', 'bytes'],
        ['ETag', '"v1"'],
        ['Last-Modified', changed],
      ]);
      assert.equal(await bytesOf(response.body), bytes);
    });
  }

  test('If-Range that holds lets the range through', () => {
    assert.equal(get({ range: 'bytes=0-1', 'if-range': '"v1"' }).status, 206);
    assert.equal(get({ range: 'bytes=0-1', 'if-range': changed }).status, 206);
  });

  test('If-Match that holds lets the range through', () => {
    assert.equal(get({ range: 'bytes=0-1', 'if-match': '"v1"' }).status, 206);
  });

  for (const streaming of [false, true]) {
    test(`several ranges of ${streaming ? 'streams' : 'buffers'} are multipart/byteranges, byte for byte`, async () => {
      const letters = new Letters(text, streaming);
      const response = get({ range: 'bytes=20-22, 0-1, -1' }, letters);
      assert.equal(response.status, 206);
      assert.equal(field(response, 'Content-Range'), undefined);
      const type = field(response, 'Content-Type') ?? '';
      const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{24})$/.exec(type)?.[1];
      assert.ok(boundary !== undefined, type);
      const expected =
        `\r\n--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 20-22/26\r\n\r\nuvw` +
        `\r\n--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/26\r\n\r\nab` +
        `\r\n--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 25-25/26\r\n\r\nz` +
        `\r\n--${boundary}--\r\n`;
      assert.equal(await bytesOf(response.body), expected);
      assert.equal(field(response, 'Content-Length'), String(expected.length));
      assert.equal(field(response, 'ETag'), '"v1"');
    });
  }

  test('each multipart answer has a boundary of its own', () => {
    const types = [1, 2].map(() => field(get({ range: 'bytes=0-1,3-4' }), 'Content-Type'));
    assert.notEqual(types[0], types[1]);
  });

  test('the parts of a multipart answer are read when their turn comes', async () => {
    const letters = new Letters();
    const { body } = get({ range: 'bytes=0-1,3-4' }, letters);
    assert.deepEqual(letters.reads, []);
    await bytesOf(body);
    assert.deepEqual(letters.reads, [
      { first: 0, last: 1 },
      { first: 3, last: 4 },
    ]);
  });

  test('a multipart answer that is broken off lets go of the stream it was reading', async () => {
    const streams: Readable[] = [];
    const endless = Object.assign(new Letters(), {
      size: 10_000_000,
      read: () => {
        const stream = new Readable({
          read() {
            this.push(Buffer.alloc(65_536, 'a'));
          },
        });
        streams.push(stream);
        return stream;
      },
    });
    const { body } = get({ range: 'bytes=0-4999999,6000000-6999999' }, endless);
    assert.ok(body instanceof Readable);
    let received = 0;
    for await (const chunk of body) {
      received += Buffer.from(chunk).length;
      if (received > 65_536) break;
    }
    const [first, ...others] = streams;
    assert.ok(first);
    if (!first.closed) await once(first, 'close');
    assert.deepEqual(others, []);
  });
});

describe('304', () => {
  test('carries the validators and what was added, and no body', () => {
    const letters = new Letters();
    const headers = { 'if-none-match': '"v1"', range: 'bytes=0-1' };
    const response = respondWith(letters, 'GET', headers, [['Cache-Control', 'private']]);
    assert.deepEqual(response, {
      status: 304,
      headers: [
        ['ETag', '"v1"'],
        ['Last-Modified', changed],
        ['Cache-Control', 'private'],
      ],
    });
    assert.deepEqual(letters.reads, []);
  });

  test('answers If-Modified-Since, to HEAD too', () => {
    assert.equal(respondWith(new Letters(), 'HEAD', { 'if-modified-since': changed }).status, 304);
  });
});

test('a precondition that fails is thrown before the range is looked at', () => {
  const letters = new Letters();
  assert.throws(
    () => get({ 'if-match': '"v0"', range: 'bytes=100-' }, letters),
    (error) => isFailure(error, 'precondition-failed'),
  );
  assert.deepEqual(letters.reads, []);
});

for (const [range, size] of [
  ['bytes=26-', 26],
  ['bytes=-0', 26],
  ['bytes=0-0', 0],
] as const) {
  test(`${range} of ${size} bytes cannot be had, and the answer says how long the file is`, () => {
    assert.throws(
      () => get({ range }, new Letters(text.slice(0, size))),
      (error) => {
        assert.ok(isFailure(error, 'range-not-satisfiable'));
        assert.deepEqual(error.headers, [['Content-Range', `bytes */${size}`]]);
        return true;
      },
    );
  });
}
