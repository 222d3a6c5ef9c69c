import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSkel } from '../../../src/svn/bodies/skel.js';

const sound = [
  '( create-txn )',
  '(create-txn-with-props (7 svn:log 11 (not a list 10 svn:author 5 alice))',
  '( create-txn-with-props (7 svn:log 0  ) )\n',
  'word',
];
for (const skel of sound) {
  test(`${skel} is what svn posts`, () => {
    assert.doesNotThrow(() => {
      checkSkel(Buffer.from(skel));
    });
  });
}

const broken: readonly [what: string, skel: string][] = [
  ['a list that is never closed', '( create-txn'],
  ['two lists', '(a) (b)'],
  ['a closing parenthesis too many', ')'],
  ['text that is shorter than announced', '(5 abc)'],
  ['a length without end', `(${'9'.repeat(400)} a)`],
  ['a character of no element', '(\0)'],
  ['lists so deep that reading them ends the process', '('.repeat(1_000_000)],
  ['as deep, and closed', '('.repeat(1000) + ')'.repeat(1000)],
];
for (const [what, skel] of broken) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => {
        checkSkel(Buffer.from(skel));
      },
      { kind: 'malformed' },
    );
  });
}
