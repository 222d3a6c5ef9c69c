import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLockToken } from '../../../src/dav/headers/lock-token.js';
import { failing } from '../../contracts/failing.js';

test('Lock-Token is a URI in angle brackets, which old Windows clients leave out', () => {
  for (const field of ['<urn:uuid:1>', ' <urn:uuid:1> ', 'urn:uuid:1']) {
    assert.equal(parseLockToken(field), 'urn:uuid:1', field);
  }
  for (const odd of [
    undefined,
    '',
    ' ',
    '<>',
    '<urn:1',
    'urn:1>',
    '<urn:1> <urn:2>',
    '<no-scheme>',
    '<a:\nb>',
  ]) {
    assert.throws(() => parseLockToken(odd), failing('malformed'), odd);
  }
});
