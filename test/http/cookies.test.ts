import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { readCookie } from '../../src/http/cookies.js';

describe('a cookie called sessionid', () => {
  const cases: [field: string | undefined, value: string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['sessionid', undefined],
    ['sessionid=', ''],
    ['sessionid=abc', 'abc'],
    ['  sessionid =  abc  ', 'abc'],
    ['csrftoken=x; sessionid=abc; theme=dark', 'abc'],
    ['csrftoken=x;sessionid=abc;', 'abc'],
    ['; ;=;sessionid=abc', 'abc'],
    ['sessionid=a=b==', 'a=b=='],
    ['sessionid=.eJx:1vmj:Ab-_', '.eJx:1vmj:Ab-_'],
    ['SESSIONID=abc', undefined],
    ['xsessionid=abc; sessionidx=d', undefined],
    ['sessionid=first; sessionid=second', 'first'],
    ['sessionid=; sessionid=second', ''],
    ['sessionid="abc"', 'abc'],
    ['sessionid=""', ''],
    ['sessionid="', '"'],
    ['sessionid="abc', '"abc'],
    ['sessionid="a\\"b\\\\c\\054d\\073"', 'a"b\\c,d;'],
    ['sessionid="a\\"', 'a\\'],
    ['sessionid=a%20b', 'a%20b'],
    [`sessionid=${'x'.repeat(16_384)}`, undefined],
  ];
  for (const [field, value] of cases) {
    test(JSON.stringify(field?.slice(0, 60)), () => {
      assert.equal(readCookie(field, 'sessionid'), value);
    });
  }

  test('is found among any others', () => {
    const other = fc.string().map((text) => text.replaceAll(/[;=]|^\s*sessionid\s*$/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(other, other)), fc.nat(), (others, place) => {
        const pairs = others.map(([name, value]) => `x${name}=${value}`);
        pairs.splice(place % (pairs.length + 1), 0, 'sessionid=abc');
        assert.equal(readCookie(pairs.join('; '), 'sessionid'), 'abc');
      }),
    );
  });
});
