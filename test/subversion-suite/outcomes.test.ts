import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, parseOutcomes } from './outcomes.js';

const output = `W: svn: E155010: The node was not found.
Traceback (most recent call last):
  File "svntest/main.py", line 1927, in run
PASS:  basic_tests.py 1: basic checkout of a wc
FAIL:  basic_tests.py 2: basic status command
XFAIL: basic_tests.py 63: peg rev resolution: on non-existent wc paths
XPASS: basic_tests.py 64: diff [[WIMP: some day]]
SKIP:  basic_tests.py 65: mkdir
PASS: no test at all
`;

test('the outcomes are read from among what else the suite writes', () => {
  assert.deepEqual(parseOutcomes(output), [
    { test: 'basic_tests.py 1', title: 'basic checkout of a wc', outcome: 'PASS' },
    { test: 'basic_tests.py 2', title: 'basic status command', outcome: 'FAIL' },
    { test: 'basic_tests.py 63', title: 'peg rev resolution: on non-existent wc paths', outcome: 'XFAIL' },
    { test: 'basic_tests.py 64', title: 'diff [[WIMP: some day]]', outcome: 'XPASS' },
    { test: 'basic_tests.py 65', title: 'mkdir', outcome: 'SKIP' },
  ]);
});

test('what passes against Apache alone must pass through davgate', () => {
  const apache = parseOutcomes(output);
  assert.deepEqual(compare(apache, apache).differences, []);
  const davgate = parseOutcomes(
    output.replace('PASS:  basic_tests.py 1:', 'FAIL:  basic_tests.py 1:').replace('XFAIL:', 'XPASS:'),
  );
  assert.deepEqual(compare(apache, davgate), {
    differences: [
      { test: 'basic_tests.py 1', title: 'basic checkout of a wc', apache: 'PASS', davgate: 'FAIL' },
    ],
    better: [
      { test: 'basic_tests.py 63', title: 'peg rev resolution: on non-existent wc paths', outcome: 'XFAIL' },
    ],
    failingAnyway: [
      { test: 'basic_tests.py 2', title: 'basic status command', outcome: 'FAIL' },
      { test: 'basic_tests.py 64', title: 'diff [[WIMP: some day]]', outcome: 'XPASS' },
    ],
    skipped: 1,
    alike: 0,
  });
});

test('a test that davgate never came to, or skipped, is a difference', () => {
  const apache = parseOutcomes('PASS:  lock_tests.py 1: lock\nPASS:  lock_tests.py 2: unlock\n');
  const davgate = parseOutcomes('SKIP:  lock_tests.py 1: lock\n');
  const found = compare(apache, davgate).differences.map(({ test: name, davgate: outcome }) => [
    name,
    outcome,
  ]);
  assert.deepEqual(found, [
    ['lock_tests.py 1', 'SKIP'],
    ['lock_tests.py 2', undefined],
  ]);
});
