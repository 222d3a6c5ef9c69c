import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOfName } from '../../../src/svn/repositories/repository-name.js';

const cases: readonly (readonly [name: string, fault: RegExp | undefined])[] = [
  ['sample', undefined],
  ['Größe und Maß', undefined],
  ['a & b', /svn could not reach it/],
  ['v1.0', undefined],
  ['a+b;c#d%e', undefined],
  ['x'.repeat(240), undefined],
  ['', /must not be empty/],
  ['x'.repeat(241), /must not exceed 240 bytes/],
  ['ä'.repeat(121), /must not exceed 240 bytes/],
  ['.', /begin with/],
  ['..', /begin with/],
  ['.hidden', /begin with/],
  ['-r', /begin with/],
  ['!svn', /begin with/],
  ['a/b', /slashes/],
  ['../up', /slashes/],
  ['/etc', /slashes/],
  ['a\\b', /slashes/],
  ['a\nb', /control/],
  ['a\0b', /control/],
  ['a\u2028b', /control/],
  ['a\ud800b', /control/],
  [' a', /space/],
  ['a ', /space/],
  ['u\u0308', /composed/],
];

for (const [name, fault] of cases) {
  test(`${JSON.stringify(name.slice(0, 20))} is ${fault ? 'refused' : 'taken'}`, () => {
    if (fault) assert.match(faultOfName(name) ?? '', fault);
    else assert.equal(faultOfName(name), undefined);
  });
}
