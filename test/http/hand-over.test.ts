import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handOverBy } from '../../src/http/hand-over.js';

const at = (below: string, root = '/srv/docs') => ({ root, below });

test('nginx gets a URL of its own, encoded', () => {
  const handOver = handOverBy('x-accel-redirect', '/a/docs');
  assert.deepEqual(handOver(at('/b c/100%?#.txt')), [
    'X-Accel-Redirect',
    '/.davgate/a/docs/b%20c/100%25%3F%23.txt',
  ]);
  assert.deepEqual(handOver(at('/\u00e4')), ['X-Accel-Redirect', '/.davgate/a/docs/%C3%A4']);
  assert.deepEqual(handOverBy('x-accel-redirect', '/')(at('/x')), ['X-Accel-Redirect', '/.davgate/x']);
});

test('Apache gets a path, as bytes', () => {
  const handOver = handOverBy('x-sendfile', '/docs');
  assert.deepEqual(handOver(at('/b c?#.txt')), ['X-Sendfile', '/srv/docs/b c?#.txt']);
  assert.deepEqual(handOver(at('/\u00e4')), ['X-Sendfile', '/srv/docs/\u00c3\u00a4']);
  assert.deepEqual(handOver(at('/x', '/')), ['X-Sendfile', '/x']);
  for (const name of ['/100%', '/%2e%2e', '/space ']) assert.equal(handOver(at(name)), undefined, name);
  assert.equal(handOver(at('/x', '/srv/100%')), undefined);
});

test('a path that a header field cannot carry is not handed over', () => {
  for (const way of ['x-accel-redirect', 'x-sendfile'] as const) {
    const handOver = handOverBy(way, '/docs');
    for (const name of ['/a\nb', '/a\rX-Evil: 1', '/a\0', '/\u0085', '/\ufffd', '/\ud800']) {
      assert.equal(handOver(at(name)), undefined, JSON.stringify(name));
    }
  }
});
