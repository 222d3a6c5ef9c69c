import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  emailOnOneLine,
  groupsOnOneLine,
  identityFieldsOf,
  nameOnOneLine,
  statusOfVerdict,
} from '../../../src/http/guard/verdict.js';
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
  const zoe = {
    user: 'zo\u00eb',
    groups: new Set(['\u65e5\u672c']),
    name: 'Zo\u00eb \u65e5',
    email: 'z@\u00eb',
  };
  const fields = identityFieldsOf(zoe, 'nginx');
  assert.deepEqual(
    fields.map(([name, value]) => [name, Buffer.from(value, 'latin1').toString('utf8')]),
    [
      ['Remote-User', 'zo\u00eb'],
      ['Remote-Groups', '\u65e5\u672c'],
      ['Remote-Name', 'Zo\u00eb \u65e5'],
      ['Remote-Email', 'z@\u00eb'],
    ],
  );
});

test('a name that there is none of is left out; for Caddy it is empty', () => {
  const names = (by: 'nginx' | 'caddy') => identityFieldsOf(admitted(), by).map(([name]) => name);
  assert.deepEqual(names('nginx'), ['Remote-User', 'Remote-Groups']);
  assert.deepEqual(names('caddy'), ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email']);
});

test('no name and no address ends a line, whatever is in it', () => {
  const breaks = [
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\t',
    '\v',
    '\f',
    '\x1b',
    '\x7f',
    '\x85',
    '\u2028',
    '\u2029',
    '\ufeff',
  ];
  for (const mark of breaks) {
    const text = `${mark}Ann${mark}Remote-User: admin${mark}`;
    assert.equal(
      nameOnOneLine({ ...admitted(), name: text }),
      'Ann Remote-User: admin',
      JSON.stringify(mark),
    );
    assert.equal(emailOnOneLine({ ...admitted(), email: text }), '', JSON.stringify(mark));
  }
  assert.equal(emailOnOneLine({ ...admitted(), email: 'ann@example.org' }), 'ann@example.org');
});

test('a name or an address too long for a header field is left out, never cut', () => {
  assert.notEqual(nameOnOneLine({ ...admitted(), name: '\u0416'.repeat(384) }), '');
  assert.equal(nameOnOneLine({ ...admitted(), name: '\u0416'.repeat(385) }), '');
  assert.notEqual(emailOnOneLine({ ...admitted(), email: 'e'.repeat(320) }), '');
  assert.equal(emailOnOneLine({ ...admitted(), email: 'e'.repeat(321) }), '');
});

test('a verdict has the status that the client gets', () => {
  assert.equal(statusOfVerdict({ kind: 'allowed', admitted: admitted() }), 200);
  assert.equal(statusOfVerdict({ kind: 'login', location: '/login/' }), 302);
  assert.equal(statusOfVerdict({ kind: 'refused', failure: new Failure('too-many-requests', '') }), 429);
});
