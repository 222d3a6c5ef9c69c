import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { isFailure, type FailureKind } from '../../src/failure.js';
import {
  child,
  encodePath,
  hrefOf,
  isSameOrBelow,
  join,
  nameOf,
  parentOf,
  parseTarget,
  rootPath,
  serverPathOf,
  within,
} from '../../src/http/target.js';
import { inShare } from '../helpers/paths.js';

interface Reading {
  readonly name: string;
  readonly raw: string;
  readonly path: string;
  readonly collection?: boolean;
  readonly query?: string;
}

const readings: readonly Reading[] = [
  { name: 'the root', raw: '/', path: '/', collection: true },
  { name: 'a plain path', raw: '/docs/a.txt', path: '/docs/a.txt' },
  { name: 'a trailing slash', raw: '/docs/', path: '/docs', collection: true },
  { name: 'several trailing slashes', raw: '/docs///', path: '/docs', collection: true },
  { name: 'double slashes', raw: '//docs//a', path: '/docs/a' },
  { name: 'nothing but slashes', raw: '///', path: '/', collection: true },
  { name: 'a query', raw: '/a?b=c&d=%2F..', path: '/a', query: 'b=c&d=%2F..' },
  { name: 'a query with question marks', raw: '/a?b?c', path: '/a', query: 'b?c' },
  { name: 'an empty query', raw: '/a?', path: '/a' },
  { name: 'a query after a trailing slash', raw: '/a/?x', path: '/a', collection: true, query: 'x' },
  { name: 'dot segments in the query', raw: '/a?/../b', path: '/a', query: '/../b' },
  { name: 'an escaped question mark', raw: '/a%3Fb', path: '/a?b' },
  { name: 'an escaped number sign', raw: '/a%23b', path: '/a#b' },
  { name: 'an escaped percent sign, decoded once only', raw: '/a%252fb%252e%252e', path: '/a%2fb%2e%2e' },
  { name: 'escapes in lower case', raw: '/%c3%a4', path: '/\u00e4' },
  { name: 'escapes in upper case', raw: '/%C3%A4', path: '/\u00e4' },
  { name: 'a plus sign, which is no space', raw: '/a+b', path: '/a+b' },
  { name: 'an escaped space', raw: '/a%20b', path: '/a b' },
  { name: 'a decomposed name, kept as it is', raw: '/e%CC%81', path: '/e\u0301' },
  { name: 'a character beyond the basic plane', raw: '/%F0%9F%93%81', path: '/\u{1f4c1}' },
  { name: 'names that only begin with dots', raw: '/.../..a/.b', path: '/.../..a/.b' },
  { name: 'absolute form', raw: 'http://files.example.org/a%20b?c', path: '/a b', query: 'c' },
  {
    name: 'absolute form with a port and user',
    raw: 'https://u:p@[::1]:8443/a/',
    path: '/a',
    collection: true,
  },
  { name: 'absolute form in capitals', raw: 'HTTP://FILES.EXAMPLE.ORG/A', path: '/A' },
  { name: 'absolute form without a path', raw: 'http://files.example.org', path: '/', collection: true },
  {
    name: 'absolute form, only a query',
    raw: 'http://h.example?q=1',
    path: '/',
    collection: true,
    query: 'q=1',
  },
  { name: 'a URL inside the path', raw: '/http://evil.example/x', path: '/http:/evil.example/x' },
];

describe('parseTarget reads', () => {
  for (const { name, raw, path, collection = false, query = '' } of readings) {
    test(`${name}: ${raw}`, () => {
      assert.deepEqual(parseTarget(raw), { path, collection, query });
    });
  }

  test('a path of 4,096 characters', () => {
    const raw = `/${'a'.repeat(4095)}`;
    assert.equal(parseTarget(raw).path, raw);
  });
});

const refusals: readonly (readonly [name: string, raw: string, kind?: FailureKind])[] = [
  ['nothing', ''],
  ['an asterisk', '*'],
  ['a relative path', 'docs/a'],
  ['only a query', '?a'],
  ['authority form', 'files.example.org:443'],
  ['a scheme without an authority', 'mailto:a@b'],
  ['an escape cut short', '/a%2'],
  ['a bare percent sign', '/100%'],
  ['an escape that is not hexadecimal', '/%zz'],
  ['UTF-8 cut short', '/%C3'],
  ['a stray continuation byte', '/%A4'],
  ['an overlong slash', '/%C0%AF'],
  ['an overlong dot', '/%C0%AE%C0%AE/a'],
  ['an escaped surrogate', '/%ED%A0%80'],
  ['Latin-1 escapes', '/%E4'],
  ['an encoded slash', '/a%2fb'],
  ['an encoded slash in capitals', '/a%2Fb'],
  ['an encoded slash that hides dot segments', '/a/..%2f..%2fetc'],
  ['a raw backslash', '/a\\b'],
  ['an encoded backslash', '/a%5cb'],
  ['an encoded backslash in capitals', '/..%5C..%5Cetc'],
  ['a NUL', '/a%00'],
  ['a NUL that hides an extension', '/a.php%00.txt'],
  ['a raw NUL', '/a\0b'],
  ['a line break', '/a%0d%0aX-Evil:%201'],
  ['a tab', '/a%09b'],
  ['the last of the C0 controls', '/a%1f'],
  ['DEL', '/a%7f'],
  ['a raw dot segment', '/a/./b'],
  ['raw parent segments', '/a/../b'],
  ['a parent segment at the end', '/a/..'],
  ['a parent segment before a trailing slash', '/a/../'],
  ['a parent segment at the root', '/..'],
  ['a dot segment alone', '/.'],
  ['encoded parent segments', '/a/%2e%2e/b'],
  ['encoded parent segments in capitals', '/%2E%2E/etc/passwd'],
  ['half-encoded parent segments', '/a/.%2e/b'],
  ['an encoded dot segment', '/a/%2e'],
  ['parent segments behind double slashes', '/a//..//b'],
  ['a fragment', '/a#b'],
  ['a fragment after the root', 'http://files.example.org#x'],
  ['a parent segment in absolute form', 'http://files.example.org/../a'],
  ['more than 4,096 characters', `/${'a'.repeat(4096)}`, 'name-too-long'],
  ['more than 272 segments', '/a'.repeat(273), 'name-too-long'],
  ['more than 272 segments in absolute form', `http://h${'/%61b'.repeat(273)}/`, 'name-too-long'],
  ['more than 4,096 characters once decoded', `/${'%C3%A4'.repeat(4096)}`, 'name-too-long'],
];

describe('parseTarget refuses', () => {
  for (const [name, raw, kind = 'malformed'] of refusals) {
    test(name, () => {
      assert.throws(
        () => parseTarget(raw),
        (error) => isFailure(error, kind),
      );
    });
  }
});

test('names that only Subversion has are taken where the caller says so', () => {
  assert.equal(parseTarget('/svn/c%5Cd', 'subversion').path, '/svn/c\\d');
  assert.equal(parseTarget('/svn/a%09b', 'subversion').path, '/svn/a\tb');
  for (const raw of ['/svn/c%5Cd/..', '/svn/%2e%2e', '/svn/a%00', '/svn/a%2Fb', '/svn/a\nb', '/svn/%ff']) {
    assert.throws(
      () => parseTarget(raw, 'subversion'),
      (error) => isFailure(error, 'malformed'),
      raw,
    );
  }
});

test('serverPathOf takes decoded text as it stands', () => {
  assert.equal(serverPathOf('/a%20b/'), '/a%20b');
  assert.equal(serverPathOf('//a///b//'), '/a/b');
  assert.throws(() => serverPathOf('a'), { kind: 'malformed' });
  assert.throws(() => serverPathOf(''), { kind: 'malformed' });
});

const places: readonly (readonly [base: string, path: string, inside: string | undefined])[] = [
  ['/a', '/a', '/'],
  ['/a', '/a/b', '/b'],
  ['/a', '/a/b/c', '/b/c'],
  ['/a', '/ab', undefined],
  ['/a', '/ab/c', undefined],
  ['/a', '/a.old', undefined],
  ['/a', '/', undefined],
  ['/a', '/b', undefined],
  ['/a', '/A/b', undefined],
  ['/a/b', '/a', undefined],
  ['/a/b', '/a/bc', undefined],
  ['/a/b', '/a/b/b', '/b'],
  ['/', '/', '/'],
  ['/', '/a/b', '/a/b'],
];

for (const [base, path, inside] of places) {
  test(`within ${base}, the path ${path} is ${inside ?? 'elsewhere'}`, () => {
    assert.equal(within(serverPathOf(base), serverPathOf(path)), inside);
    assert.equal(isSameOrBelow(base, path), inside !== undefined);
  });
}

test('join undoes within', () => {
  assert.equal(join(serverPathOf('/a'), inShare('/b/c')), '/a/b/c');
  assert.equal(join(serverPathOf('/a'), inShare('/')), '/a');
  assert.equal(join(rootPath, inShare('/b')), '/b');
  assert.equal(join(rootPath, inShare('/')), '/');
});

test('child adds one name', () => {
  assert.equal(child(inShare('/'), 'a'), '/a');
  assert.equal(child(inShare('/a'), 'b c'), '/a/b c');
  assert.equal(child(inShare('/a'), '..b'), '/a/..b');
  assert.equal(child(inShare('/a'), '%2e%2e'), '/a/%2e%2e');
});

const noNames = ['', '.', '..', 'a/b', '/', '../b', 'a\\b', 'a\0b', 'a\nb', '\u007f', 'a'.repeat(4096)];
for (const name of noNames) {
  test(`child refuses the name ${JSON.stringify(name.slice(0, 12))} of ${name.length} characters`, () => {
    assert.equal(child(inShare('/a'), name), undefined);
  });
}

describe('A path of 256 segments', () => {
  for (const name of ['a', 'ab', '\u00e4\u00f6']) {
    const deepest = `/${Array.from({ length: 256 }, () => name).join('/')}`;
    test(`named ${name} is the deepest in a share, and can be named there`, () => {
      const onServer = `${'/s'.repeat(16)}${deepest}`;
      assert.equal(parseTarget(encodeURI(onServer)).path, onServer);
      assert.equal(parseTarget(`${encodeURI(onServer)}//`).path, onServer);
      assert.equal(join(serverPathOf('/s'.repeat(16)), inShare(deepest)), onServer);
      assert.equal(child(parentOf(inShare(deepest)), name), deepest);
      assert.equal(child(inShare(deepest), name), undefined);
      assert.throws(
        () => join(serverPathOf('/s'.repeat(17)), inShare(deepest)),
        (error) => isFailure(error, 'name-too-long'),
      );
    });
  }
});

test('parentOf takes one name away, and the root is its own parent', () => {
  assert.equal(parentOf(inShare('/a/b/c')), '/a/b');
  assert.equal(parentOf(inShare('/a')), '/');
  assert.equal(parentOf(inShare('/')), '/');
});

test('nameOf is the last segment', () => {
  assert.equal(nameOf('/a/b.txt'), 'b.txt');
  assert.equal(nameOf('/'), '');
});

const encodings: readonly (readonly [path: string, encoded: string])[] = [
  ['/', '/'],
  ['/a-b._~1', '/a-b._~1'],
  ['/a b', '/a%20b'],
  ['/\u00e4\u00f6', '/%C3%A4%C3%B6'],
  ['/\u{1f4c1}', '/%F0%9F%93%81'],
  ['/100%', '/100%25'],
  ['/%2F', '/%252F'],
  ['/a?b#c', '/a%3Fb%23c'],
  ["/!'()*", '/%21%27%28%29%2A'],
  ['/a:b@c&d=e+f,g;h$i', '/a%3Ab%40c%26d%3De%2Bf%2Cg%3Bh%24i'],
  ['/<>"`{}|^', '/%3C%3E%22%60%7B%7D%7C%5E'],
  ['/\ud800', '/%EF%BF%BD'],
];
for (const [path, encoded] of encodings) {
  test(`encodePath writes ${JSON.stringify(path)} as ${encoded}`, () => {
    assert.equal(encodePath(path), encoded);
  });
}

test('hrefOf ends a collection with one slash', () => {
  assert.equal(hrefOf('/', true), '/');
  assert.equal(hrefOf('/a b', true), '/a%20b/');
  assert.equal(hrefOf('/a b', false), '/a%20b');
  assert.equal(hrefOf('a b', true), 'a%20b/');
});

const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((name) => name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name));
const paths = fc.array(segment, { maxLength: 6 }).map((names) => serverPathOf(`/${names.join('/')}`));

test('an href leads back to the path it was made from', () => {
  fc.assert(
    fc.property(paths, fc.boolean(), (path, collection) => {
      const href = hrefOf(path, collection);
      assert.match(href, /^\/(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/);
      assert.deepEqual(parseTarget(href), { path, collection: collection || path === '/', query: '' });
    }),
  );
});

test('whatever is sent, a target is refused or is a path without dot and empty segments', () => {
  const pieces = fc.constantFrom(
    ...[
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      '\\',
      '%00',
      '%25',
      '//',
      'a',
      '\u00e4',
      '%C3%A4',
      '%C3',
      '?',
      '#',
      ':',
    ],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
      let path: string;
      try {
        path = parseTarget(`/${list.join('')}`).path;
      } catch (error) {
        assert.ok(isFailure(error, 'malformed'));
        return;
      }
      assert.match(path, /^\/(?:[^/\\\0]+(?:\/[^/\\\0]+)*)?$/);
      assert.equal(/(?:^|\/)\.{1,2}(?:\/|$)/.test(path), false, path);
    }),
    { numRuns: 1000 },
  );
});
