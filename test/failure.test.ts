import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, isFailure, statusOf, toFailure, type FailureKind } from '../src/failure.js';

// Written as a record so that a kind without a line here does not compile.
const statuses: Readonly<Record<FailureKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  conflict: 409,
  'parent-missing': 409,
  'precondition-failed': 412,
  'too-large': 413,
  'name-too-long': 414,
  'unsupported-media-type': 415,
  'range-not-satisfiable': 416,
  'expectation-failed': 417,
  unprocessable: 422,
  locked: 423,
  'failed-dependency': 424,
  'too-many-requests': 429,
  'too-many-fields': 431,
  internal: 500,
  'not-implemented': 501,
  'foreign-destination': 502,
  'upstream-unreachable': 502,
  unavailable: 503,
  'upstream-timeout': 504,
  'insufficient-storage': 507,
};

function isKind(kind: string): kind is FailureKind {
  return kind in statuses;
}

test('each kind of failure has its status', () => {
  for (const kind of Object.keys(statuses).filter(isKind)) assert.equal(statusOf(kind), statuses[kind], kind);
});

test('a failure carries its kind, its sentence and nothing that was not given', () => {
  const failure = new Failure('locked', 'Somebody holds a lock.');
  assert.equal(failure.kind, 'locked');
  assert.equal(failure.message, 'Somebody holds a lock.');
  assert.equal(failure.name, 'Failure');
  assert.equal(failure.condition, undefined);
  assert.deepEqual(failure.headers, []);
  assert.equal('cause' in failure, false);
});

test('a failure carries its cause, its condition and its header fields', () => {
  const cause = new Error('EACCES: /srv/secret');
  const headers = [['Retry-After', '5']] as const;
  const failure = new Failure('unavailable', 'Not now.', { cause, condition: 'no-such-thing', headers });
  assert.equal(failure.cause, cause);
  assert.equal(failure.condition, 'no-such-thing');
  assert.deepEqual(failure.headers, [['Retry-After', '5']]);
});

test('isFailure takes any failure, or one of the kinds that are named', () => {
  const failure = new Failure('not-found', 'Nothing.');
  assert.equal(isFailure(failure), true);
  assert.equal(isFailure(failure, 'conflict', 'not-found'), true);
  assert.equal(isFailure(failure, 'conflict'), false);
  assert.equal(isFailure(new Error('not-found')), false);
  assert.equal(isFailure({ kind: 'not-found', message: 'Nothing.' }), false);
  assert.equal(isFailure(undefined), false);
});

test('toFailure leaves a failure as it is', () => {
  const failure = new Failure('conflict', 'Two at once.');
  assert.equal(toFailure(failure), failure);
});

test('toFailure hides any other error behind an internal fault', () => {
  for (const error of [new Error('open /srv/secret'), 'a text', undefined, null]) {
    const failure = toFailure(error);
    assert.equal(failure.kind, 'internal');
    assert.equal(failure.message, 'The server could not do this.');
    assert.equal(failure.cause, error);
  }
});
