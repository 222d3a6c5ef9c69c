import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsOnOneLine, identityFieldsOf, statusOfVerdict } from '../../../src/http/guard/verdict.js';
import { Failure } from '../../../src/failure.js';

const admitted = (...groups: string[]) => ({ user: 'alice', groups: new Set(groups) });

test('groups are told apart whatever is in their names', () => {
  assert.equal(groupsOnOneLine(admitted()), '');
  assert.equal(groupsOnOneLine(admitted('b', 'a')), 'a,b');
  const names = ['a,b', 'a', 'b', '50%', '%2C', 'line\r\nRemote-User: admin', 'tab\there', 'caf\u00e9'];
  const line = groupsOnOneLine(admitted(...names));
  assert.doesNotMatch(line, /[\r\n\t]/);
  assert.deepEqual(line.split(',').map(decodeURIComponent).sort(), [...names].sort());
});

test('groups that are too long for a header field are left out, never cut', () => {
  const names = Array.from({ length: 100 }, (_, number) => `group-${number}-${'x'.repeat(20)}`);
  assert.equal(groupsOnOneLine(admitted(...names)), '');
  assert.notEqual(groupsOnOneLine(admitted(...names.slice(0, 50))), '');
});

test('names are sent in UTF-8, a byte a character', () => {
  const fields = identityFieldsOf({ user: 'zo\u00eb', groups: new Set(['\u65e5\u672c']) });
  assert.deepEqual(
    fields.map(([name, value]) => [name, Buffer.from(value, 'latin1').toString('utf8')]),
    [
      ['Remote-User', 'zo\u00eb'],
      ['Remote-Groups', '\u65e5\u672c'],
    ],
  );
});

test('a verdict has the status that the client gets', () => {
  assert.equal(statusOfVerdict({ kind: 'allowed', admitted: admitted() }), 200);
  assert.equal(statusOfVerdict({ kind: 'login', location: '/login/' }), 302);
  assert.equal(statusOfVerdict({ kind: 'refused', failure: new Failure('too-many-requests', '') }), 429);
});
