import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { loginRedirect } from '../../src/http/login-redirect.js';
import { parseTarget } from '../../src/http/target.js';
import { isFailure } from '../../src/failure.js';

const here = 'https://files.example.org';

describe('the way to the login page', () => {
  const cases: [login: string, target: string, origin: string | undefined, location: string | undefined][] = [
    ['/accounts/login/', '/media/a.png', undefined, '/accounts/login/?next=%2Fmedia%2Fa.png'],
    ['/accounts/login/', '/media/a.png', here, '/accounts/login/?next=%2Fmedia%2Fa.png'],
    ['/login', '/docs/', here, '/login?next=%2Fdocs%2F'],
    [
      '/login',
      '/docs/a%20b/%C3%9C?x=1&y=%26',
      here,
      '/login?next=%2Fdocs%2Fa%2520b%2F%25C3%259C%3Fx%3D1%26y%3D%2526',
    ],
    ['/login?theme=dark&next=/old#form', '/docs', here, '/login?theme=dark&next=%2Fdocs#form'],
    [`${here}/login`, '/docs', here, '/login?next=%2Fdocs'],
    ['https://FILES.example.org:443/login', '/docs', here, '/login?next=%2Fdocs'],
    [
      'https://www.example.org/login',
      '/docs?a=b',
      here,
      'https://www.example.org/login?next=https%3A%2F%2Ffiles.example.org%2Fdocs%3Fa%3Db',
    ],
    [
      'http://files.example.org/login',
      '/docs',
      here,
      `http://files.example.org/login?next=${encodeURIComponent(`${here}/docs`)}`,
    ],
    ['https://www.example.org/login', '/docs', undefined, 'https://www.example.org/login?next=%2Fdocs'],
    // Nothing in a target leads to another host.
    ['/login', '//evil.example/x', here, '/login?next=%2Fevil.example%2Fx'],
    ['/login', 'https://evil.example/x', here, '/login?next=%2Fx'],
    ['/login', '/docs?next=//evil.example', here, '/login?next=%2Fdocs%3Fnext%3D%2F%2Fevil.example'],
    // Nor does an odd LOGIN_URL.
    ['/..//evil.example', '/docs', here, '/evil.example?next=%2Fdocs'],
    ['javascript:alert(1)', '/docs', here, undefined],
    ['login', '/docs', here, undefined],
    ['', '/docs', here, undefined],
    ['https://', '/docs', here, undefined],
    // In a circle.
    ['/accounts/login/', '/accounts/login/', here, undefined],
    ['/accounts/login/', '/accounts/login?next=/', undefined, undefined],
    [
      'https://www.example.org/docs',
      '/docs',
      here,
      `https://www.example.org/docs?next=${encodeURIComponent(`${here}/docs`)}`,
    ],
  ];
  for (const [login, target, origin, location] of cases) {
    test(`${login} from ${target}`, () => {
      assert.equal(loginRedirect(login, parseTarget(target), origin), location);
    });
  }

  test('leaves out what would make it too long', () => {
    const long = 'x'.repeat(1100);
    assert.equal(loginRedirect('/login', parseTarget(`/docs?${long}`)), '/login?next=%2Fdocs');
    assert.equal(loginRedirect('/login', parseTarget(`/${long}`)), '/login');
  });

  test('is one line of ASCII that stays on this server, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webPath(), fc.string()), fc.string(), (path, query) => {
        const location = locationFor(`/${path}?${query}`);
        if (location === undefined) return;
        assert.match(location, /^\/login(?:\?[!-~]*)?$/);
        const next = new URL(location, here).searchParams.get('next') ?? '/';
        assert.equal(new URL(next, here).origin, here);
      }),
      { numRuns: 1000 },
    );
  });
});

function locationFor(target: string): string | undefined {
  try {
    return loginRedirect('/login', parseTarget(target), here);
  } catch (error) {
    if (isFailure(error, 'malformed', 'name-too-long')) return undefined;
    throw error;
  }
}
