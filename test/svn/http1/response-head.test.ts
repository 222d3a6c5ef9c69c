import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResponseHead } from '../../../src/svn/http1/response-head.js';

const head = (lines: readonly string[], method = 'GET') => parseResponseHead(lines.join('\r\n'), method);

test('a head keeps the order, the case and the repetition of its fields', () => {
  const { status, headers } = head([
    'HTTP/1.1 207 Multi-Status',
    'DAV: 1,2',
    'dav:version-control',
    'X-Empty:',
    'ETag: \t "a: b"\t ',
    'X-Latin: Gr\xf6\xdfe',
    'Content-Length: 3',
  ]);
  assert.equal(status, 207);
  assert.deepEqual(headers, [
    ['DAV', '1,2'],
    ['dav', 'version-control'],
    ['X-Empty', ''],
    ['ETag', '"a: b"'],
    ['X-Latin', 'Gr\xf6\xdfe'],
    ['Content-Length', '3'],
  ]);
});

for (const [what, lines, method, framing, persistent] of [
  ['a length', ['HTTP/1.1 200 OK', 'Content-Length: 12'], 'GET', { kind: 'length', bytes: 12 }, true],
  ['no bytes', ['HTTP/1.1 200 OK', 'content-length: 0'], 'GET', { kind: 'none' }, true],
  ['chunks', ['HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked'], 'REPORT', { kind: 'chunked' }, true],
  ['neither', ['HTTP/1.1 200 OK'], 'GET', { kind: 'until-close' }, false],
  ['HEAD', ['HTTP/1.1 200 OK', 'Content-Length: 12'], 'HEAD', { kind: 'none' }, true],
  ['204', ['HTTP/1.1 204 No Content'], 'PUT', { kind: 'none' }, true],
  ['304', ['HTTP/1.1 304 Not Modified', 'Content-Length: 12'], 'GET', { kind: 'none' }, true],
  ['100', ['HTTP/1.1 100 Continue'], 'PUT', { kind: 'none' }, true],
  [
    'a close',
    ['HTTP/1.1 200', 'Content-Length: 1', 'Connection: x, Close'],
    'GET',
    { kind: 'length', bytes: 1 },
    false,
  ],
  ['HTTP/1.0', ['HTTP/1.0 200 OK', 'Content-Length: 1'], 'GET', { kind: 'length', bytes: 1 }, false],
] as const) {
  test(`the body of an answer with ${what}`, () => {
    const read = head(lines, method);
    assert.deepEqual(read.framing, framing);
    assert.equal(read.persistent, persistent);
  });
}

for (const [what, lines] of [
  ['no status line', ['']],
  ['another protocol', ['ICY 200 OK']],
  ['HTTP/2', ['HTTP/2.0 200 OK']],
  ['a status of four digits', ['HTTP/1.1 2000 OK']],
  ['a control in the reason', ['HTTP/1.1 200 O\0K']],
  ['a field without a colon', ['HTTP/1.1 200 OK', 'DAV']],
  ['a field without a name', ['HTTP/1.1 200 OK', ': 1']],
  ['a space before the colon', ['HTTP/1.1 200 OK', 'Content-Length : 1']],
  ['a folded line', ['HTTP/1.1 200 OK', 'DAV: 1,', ' 2']],
  ['a bare line feed', ['HTTP/1.1 200 OK', 'DAV: 1\nX: 2']],
  ['a NUL', ['HTTP/1.1 200 OK', 'DAV: \0']],
  ['two lengths', ['HTTP/1.1 200 OK', 'Content-Length: 1', 'Content-Length: 2']],
  ['a length that is no number', ['HTTP/1.1 200 OK', 'Content-Length: 0x1']],
  ['a length and chunks', ['HTTP/1.1 200 OK', 'Content-Length: 1', 'Transfer-Encoding: chunked']],
  ['another coding', ['HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked']],
] as const) {
  test(`an answer with ${what} is refused`, () => {
    assert.throws(() => head(lines), { name: 'ProtocolError' });
  });
}
