import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureKind } from '../../src/failure.js';
import { errnoOf, toStorageFailure } from '../../src/storage/local/errno.js';

const kinds: readonly [string, FailureKind][] = [
  ['ENOENT', 'not-found'],
  ['ENOTDIR', 'parent-missing'],
  ['EEXIST', 'method-not-allowed'],
  ['EISDIR', 'method-not-allowed'],
  ['ENOTEMPTY', 'conflict'],
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['EROFS', 'forbidden'],
  ['EBUSY', 'forbidden'],
  ['ELOOP', 'forbidden'],
  ['ENAMETOOLONG', 'name-too-long'],
  ['EILSEQ', 'malformed'],
  ['EINVAL', 'malformed'],
  ['ENOSPC', 'insufficient-storage'],
  ['EDQUOT', 'insufficient-storage'],
  ['EFBIG', 'too-large'],
  ['EMFILE', 'unavailable'],
  ['ENFILE', 'unavailable'],
  ['ENXIO', 'not-found'],
  ['EIO', 'internal'],
];
for (const [code, kind] of kinds) {
  test(`${code} of a file system is ${kind}, and its path is told to nobody`, () => {
    const error = Object.assign(new Error(`${code}: something, open '/srv/secret'`), { code });
    const failure = toStorageFailure(error);
    assert.equal(failure.kind, kind);
    assert.equal(failure.cause, error);
    assert.ok(!failure.message.includes('secret'));
  });
}

test('a failure stays the failure that it is', () => {
  const failure = new Failure('precondition-failed', 'No.');
  assert.equal(toStorageFailure(failure), failure);
});

test('what is no system error has no code', () => {
  for (const value of [undefined, null, 'ENOENT', { code: 'ENOENT' }, new Error('x')]) {
    assert.equal(errnoOf(value), undefined);
    assert.equal(toStorageFailure(value).kind, 'internal');
  }
});
