import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentTypeOf } from '../../src/http/media-type.js';

const names: readonly (readonly [name: string, type: string])[] = [
  ['notes.txt', 'text/plain; charset=utf-8'],
  ['page.html', 'text/html; charset=utf-8'],
  ['PAGE.HTML', 'text/html; charset=utf-8'],
  ['site.css', 'text/css; charset=utf-8'],
  ['picture.png', 'image/png'],
  ['paper.pdf', 'application/pdf'],
  ['archive.tar.gz', 'application/gzip'],
  ['page.html.bak', 'application/octet-stream'],
  ['unknown.qqqq', 'application/octet-stream'],
  ['README', 'application/octet-stream'],
  ['ends-with-a-dot.', 'application/octet-stream'],
  ['', 'application/octet-stream'],
  ['__proto__', 'application/octet-stream'],
  ['a.constructor', 'application/octet-stream'],
];
for (const [name, type] of names) {
  test(`${JSON.stringify(name)} is ${type}`, () => {
    assert.equal(contentTypeOf(name), type);
  });
}
