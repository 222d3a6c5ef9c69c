import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyDecoder } from '../../../src/svn/http1/body-decoder.js';
import type { ResponseFraming } from '../../../src/svn/http1/response-head.js';

/** Decodes bytes that arrive in pieces of `size`. */
function decoded(framing: ResponseFraming, bytes: string, size: number) {
  const decoder = bodyDecoder(framing);
  let content = '';
  for (let at = 0; at < bytes.length; at += size) {
    content += decoder.decode(Buffer.from(bytes.slice(at, at + size), 'latin1')).toString('latin1');
  }
  const { ended } = decoder;
  decoder.end();
  return { content, ended, trailers: decoder.trailers };
}

const chunked =
  '5\r\nhello\r\n000A;name="a;b"\r\n,\r\n world!\r\n0\r\nX-Checksum: 900150983cd24fb0\r\nx-more: \r\n\r\n';

for (let size = 1; size <= chunked.length; size += 1) {
  test(`chunks that arrive in pieces of ${size} bytes`, () => {
    const read = decoded({ kind: 'chunked' }, chunked, size);
    assert.equal(read.content, 'hello,\r\n world!');
    assert.equal(read.ended, true);
    assert.deepEqual(read.trailers, [
      ['X-Checksum', '900150983cd24fb0'],
      ['x-more', ''],
    ]);
  });
}

test('a length, and an end with the connection', () => {
  for (const size of [1, 2, 5]) {
    assert.equal(decoded({ kind: 'length', bytes: 5 }, 'hello', size).ended, true);
    const open = decoded({ kind: 'until-close' }, 'hello', size);
    assert.deepEqual([open.content, open.ended], ['hello', false]);
  }
});

for (const [what, framing, bytes] of [
  ['no size', { kind: 'chunked' }, '\r\n'],
  ['a size that is no number', { kind: 'chunked' }, '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a negative size', { kind: 'chunked' }, '-1\r\n'],
  ['a size that is out of all bounds', { kind: 'chunked' }, 'fffffffffffff\r\n'],
  ['a size line without an end', { kind: 'chunked' }, `1;${'x'.repeat(20_000)}`],
  ['a bare line feed', { kind: 'chunked' }, '5\nhello\r\n0\r\n\r\n'],
  ['a chunk that is too long', { kind: 'chunked' }, '4\r\nhello\r\n0\r\n\r\n'],
  ['endless trailers', { kind: 'chunked' }, `0\r\n${'X: y\r\n'.repeat(10_000)}`],
  ['a broken trailer', { kind: 'chunked' }, '0\r\nX y\r\n\r\n'],
  ['bytes after the end', { kind: 'chunked' }, '0\r\n\r\nHTTP/1.1 200 OK'],
  ['the end of the connection before the last chunk', { kind: 'chunked' }, '5\r\nhello\r\n'],
  ['more bytes than announced', { kind: 'length', bytes: 4 }, 'hello'],
  ['fewer bytes than announced', { kind: 'length', bytes: 6 }, 'hello'],
  ['bytes where none can be', { kind: 'none' }, 'x'],
] as const) {
  test(what, () => {
    for (const size of [1, 7, bytes.length]) {
      assert.throws(() => decoded(framing, bytes, size), { name: 'ProtocolError' });
    }
  });
}
