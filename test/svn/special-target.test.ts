import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSpecial } from '../../src/svn/special-target.js';

const usual: readonly [method: string, path: string, destination?: string][] = [
  ['POST', '/!svn/me'],
  ['REPORT', '/!svn/vcc/default'],
  ['PROPFIND', '/!svn/rvr/5/trunk'],
  ['GET', '/!svn/bc/5/trunk'],
  ['PROPPATCH', '/!svn/rev/5'],
  ['PROPPATCH', '/!svn/bln/5'],
  ['PROPPATCH', '/!svn/wbl/activity/5'],
  ['CHECKOUT', '/!svn/ver/5/trunk'],
  ['MKACTIVITY', '/!svn/act/activity'],
  ['PUT', '/!svn/txr/5-1/trunk/a'],
  ['PUT', '/!svn/wrk/activity/trunk/a'],
  ['COPY', '/!svn/rvr/5/trunk', '/!svn/txr/5-1/branch'],
  ['COPY', '/trunk', '/branch'],
  ['LOCK', '/trunk/a'],
  ['MERGE', '/trunk'],
  ['OPTIONS', '/!svn/of/tomorrow'],
  ['PROPFIND', ''],
];
for (const [method, path, destination] of usual) {
  test(`${method} of ${path} passes`, () => {
    assert.doesNotThrow(() => {
      checkSpecial({ method, path, destination, headers: [] });
    });
  });
}

const unusual: readonly [method: string, path: string, destination?: string][] = [
  ['PROPFIND', '/!svn/wbl/x/1'],
  ['PROPFIND', '/!svn/vtxn/x'],
  ['PROPPATCH', '/!svn/me'],
  ['PROPPATCH', '/!svn/rvr/2/trunk'],
  ['MERGE', '/!svn/vtxn/x'],
  ['LOCK', '/!svn/rvr/2/trunk'],
  ['DELETE', '/!svn'],
  ['PUT', '/!svn/of/tomorrow'],
  ['FOO', '/!svn/me'],
  ['COPY', '/trunk', '/!svn/rvr/2/trunk'],
  ['MOVE', '/trunk', '/!svn'],
];
for (const [method, path, destination] of unusual) {
  test(`${method} of ${path} to ${destination ?? 'nowhere'} is refused`, () => {
    assert.throws(
      () => {
        checkSpecial({ method, path, destination, headers: [] });
      },
      { kind: 'method-not-allowed' },
    );
  });
}

test('the base of a difference is a path', () => {
  const check = (value: string) => () => {
    checkSpecial({ method: 'GET', path: '/trunk/a', headers: [['X-SVN-VR-Base', value]] });
  };
  assert.doesNotThrow(check('/svn/one/!svn/rvr/2/trunk/a'));
  for (const value of ['', 'x', '/svn/one/!svn/rvr/2/trunk%2f', '/svn//one']) {
    assert.throws(check(value), { kind: 'malformed' }, value);
  }
});
