import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { contentTypeOf, essenceOf } from '../../src/http/media-type.js';

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

const fields: readonly (readonly [field: string, essence: string | undefined])[] = [
  ['text/plain', 'text/plain'],
  ['Text/HTML', 'text/html'],
  ['text/plain;charset=utf-8', 'text/plain'],
  ['text/plain ; Charset="utf-8" ; format=flowed', 'text/plain'],
  ['text/plain;', 'text/plain'],
  ['text/plain; ;;charset=utf-8;', 'text/plain'],
  ['text/plain; title="a b (c)"', 'text/plain'],
  ['application/vnd.svn-svndiff;svndiff2=1', 'application/vnd.svn-svndiff'],
  ['image/svg+xml', 'image/svg+xml'],
  ['', undefined],
  ['text', undefined],
  ['text/', undefined],
  ['/plain', undefined],
  ['*/*', undefined],
  ['text/*', undefined],
  ['text/plain/html', undefined],
  ['text / plain', undefined],
  ['text/plain html', undefined],
  ['text/plain, text/html', undefined],
  ['text/plain,', undefined],
  ['text/plain; x=x, text/html', undefined],
  ['text/plain; x="x, text/html"', undefined],
  ['text/plain; x="x', undefined],
  ['text/plain; x=x"y"', undefined],
  ['text/plain; x="x"y', undefined],
  ['text/plain; x="\\"; charset=utf-8"', undefined],
  ['text/plain; x', undefined],
  ['text/plain; =x', undefined],
  ['text/plain; x =x', undefined],
  ['text/plain; charset=utf-8; CHARSET=utf-16', undefined],
  ['text/plain\ttext/html', undefined],
  ['text/plain\x0btext/html', undefined],
  ['text/plain\r\nX: y', undefined],
  ['text/plain; x=\x00', undefined],
  ['text/plain\u00a0', undefined],
  ['t\u00e9xt/plain', undefined],
  ['text/plain; x="\u00e9"', undefined],
  [`text/${'x'.repeat(128)}`, undefined],
  [`text/plain; x=${'x'.repeat(1024)}`, undefined],
];
for (const [field, essence] of fields) {
  test(`the essence of ${JSON.stringify(field)} is ${essence ?? 'none'}`, () => {
    assert.equal(essenceOf(field), essence);
  });
}

test('what has an essence is a token, a slash and a token, with nothing but parameters after it', () => {
  const pieces = [
    'text',
    '/',
    'html',
    'plain',
    ';',
    ',',
    ' ',
    '\t',
    '=',
    '"',
    'x',
    'charset',
    '\\',
    '\u00e9',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
      const field = parts.join('');
      const essence = essenceOf(field);
      if (essence === undefined) return;
      assert.match(field.toLowerCase(), /^[a-z]+\/[a-z]+(?:[ \t]*;|[ \t]*$)/);
      assert.ok(field.toLowerCase().startsWith(essence));
      assert.doesNotMatch(field, /[,\\\u00e9]/);
    }),
    { numRuns: 5000 },
  );
});

test('a field that never ends is read in no time', () => {
  for (const piece of ['; ', ';\t ;', ' ', '; x="', ';x=y']) {
    assert.equal(essenceOf(`text/plain${piece.repeat(200_000)}!`), undefined);
    essenceOf(`text/plain${piece.repeat(1000 / piece.length)}!`);
  }
});
