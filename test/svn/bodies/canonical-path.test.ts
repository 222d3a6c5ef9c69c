import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFspath, isRelpath, pathOfUrl } from '../../../src/svn/bodies/canonical-path.js';

const relpaths: readonly [path: string, canonical: boolean][] = [
  ['', true],
  ['a', true],
  ['a/b.c/d', true],
  ['...', true],
  ['.hidden/a.', true],
  ['a b/%2e/\u00e9', true],
  ['a/', false],
  ['/', false],
  ['/abs', false],
  ['a//b', false],
  ['.', false],
  ['./a', false],
  ['a/./b', false],
  ['a/.', false],
  ['..', false],
  ['a/../b', false],
  ['a/..', false],
  ['http://host/a', false],
  ['a\0', false],
];
for (const [path, canonical] of relpaths) {
  test(`${JSON.stringify(path)} is ${canonical ? 'a' : 'no'} relative path`, () => {
    assert.equal(isRelpath(path), canonical);
    assert.equal(isFspath(`/${path}`), canonical);
  });
}

const urls: readonly [text: string, path: string | undefined][] = [
  ['/svn/one/trunk', '/svn/one/trunk'],
  ['http://files.example.org/svn/one/trunk', '/svn/one/trunk'],
  ['https://files.example.org:8443/svn/one/', '/svn/one'],
  ['http://files.example.org', '/'],
  ['/svn/a%20b', '/svn/a b'],
  ['/svn/one/!svn/rvr/2/trunk', '/svn/one/!svn/rvr/2/trunk'],
  ['/svn/one/trunk/', undefined],
  ['/svn/one//trunk', undefined],
  ['/svn/one/%2e/trunk', undefined],
  ['/svn/one/trunk%2f', undefined],
  ['/svn/one/trunk%00', undefined],
  ['/svn/one/trunk%', undefined],
  ['/svn/one/trunk?p=1', undefined],
  ['svn/one', undefined],
  ['', undefined],
];
for (const [text, path] of urls) {
  test(`the path of ${JSON.stringify(text)} is ${path ?? 'none'}`, () => {
    assert.equal(pathOfUrl(text), path);
  });
}
