import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { authorityIn } from '../../src/http/authority.js';

const cases: readonly [target: string, authority: string | undefined][] = [
  ['/a', undefined],
  ['//host/a', undefined],
  ['/http://host/a', undefined],
  ['*', undefined],
  ['http://host/a', 'host'],
  ['http://host:8080/a', 'host:8080'],
  ['HTTPS://HOST', 'HOST'],
  ['http://host?q', 'host'],
  ['http://[::1]:8080/a', '[::1]:8080'],
  ['http://user:pw@host/a', 'host'],
  ['http://other@host@third/a', 'third'],
];
for (const [target, authority] of cases) {
  test(`the target ${target} names ${authority ?? 'no authority'}`, () => {
    assert.equal(authorityIn(target), authority);
  });
}

for (const target of ['http:///a', 'http://', 'http://user@/a', 'ftp://host/a', 'http://evil\\@host/a']) {
  test(`the target ${target} is refused`, () => {
    assert.throws(
      () => authorityIn(target),
      (error) => isFailure(error, 'malformed'),
    );
  });
}
