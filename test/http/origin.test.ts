import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestHeaders } from '../../src/http/message.js';
import { cookiesCount, isSameOrigin, originOf } from '../../src/http/origin.js';

const site = (value: string) => ({ 'sec-fetch-site': value });

describe('a request of https://files.example.org', () => {
  const cases: [what: string, headers: RequestHeaders, sameOrigin: boolean][] = [
    ['from its own page', site('same-origin'), true],
    [
      'from its own page, whatever a proxy made of the host',
      { ...site('same-origin'), origin: 'null' },
      true,
    ],
    ['from another host of the site', site('same-site'), false],
    ['from another site', site('cross-site'), false],
    [
      'from another site with our origin',
      { ...site('cross-site'), origin: 'https://files.example.org' },
      false,
    ],
    ['that a person typed', site('none'), false],
    ['with two answers', site('same-origin, cross-site'), false],
    ['with an empty answer', site(''), false],
    ['from an older browser', { origin: 'https://files.example.org' }, true],
    ['from an older browser on another host', { origin: 'https://www.example.org' }, false],
    ['from an older browser over http', { origin: 'http://files.example.org' }, false],
    ['from an older browser at another port', { origin: 'https://files.example.org:8443' }, false],
    ['from a host that ends alike', { origin: 'https://xfiles.example.org' }, false],
    ['from a host that begins alike', { origin: 'https://files.example.org.evil.example' }, false],
    ['from a sandboxed page', { origin: 'null' }, false],
    ['with two origins', { origin: 'https://files.example.org, https://files.example.org' }, false],
    ['that says nothing', {}, false],
    ['with a Referer only', { referer: 'https://files.example.org/' }, false],
  ];
  for (const [what, headers, sameOrigin] of cases) {
    test(`${what} is ${sameOrigin ? 'its own' : 'not its own'}`, () => {
      assert.equal(isSameOrigin(headers, 'https://files.example.org'), sameOrigin);
      assert.equal(isSameOrigin(headers, 'https://FILES.example.org:443/'), sameOrigin);
      assert.equal(cookiesCount('PUT', headers, 'https://files.example.org'), sameOrigin);
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']) {
        assert.equal(cookiesCount(method, headers, 'https://files.example.org'), true);
      }
    });
  }

  for (const method of [
    'POST',
    'DELETE',
    'MKCOL',
    'COPY',
    'MOVE',
    'LOCK',
    'UNLOCK',
    'PROPPATCH',
    'get',
    '',
  ]) {
    test(`counts no cookie for ${JSON.stringify(method)} from elsewhere`, () => {
      assert.equal(cookiesCount(method, site('cross-site'), 'https://files.example.org'), false);
    });
  }

  test('is told by Sec-Fetch-Site alone where our own origin is not known', () => {
    assert.equal(isSameOrigin(site('same-origin'), undefined), true);
    assert.equal(isSameOrigin({ origin: 'https://files.example.org' }, undefined), false);
    for (const broken of ['', 'null', 'files.example.org', 'data:text/plain,']) {
      assert.equal(isSameOrigin({ origin: 'null' }, broken), false);
      assert.equal(isSameOrigin({ origin: broken }, broken), false);
    }
  });
});

describe('the origin that a client addressed', () => {
  const cases: [host: string | undefined, http: string | undefined, https: string | undefined][] = [
    [undefined, undefined, undefined],
    ['', undefined, undefined],
    ['Files.Example.org', 'http://files.example.org', 'https://files.example.org'],
    ['files.example.org:443', 'http://files.example.org:443', 'https://files.example.org'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080', 'https://127.0.0.1:8080'],
    ['[::1]:80', 'http://[::1]', 'https://[::1]:80'],
    ['user@example.org', undefined, undefined],
    ['example.org/path', undefined, undefined],
    ['example.org?', undefined, undefined],
    ['example.org:port', undefined, undefined],
    ['a b', undefined, undefined],
  ];
  for (const [host, http, https] of cases) {
    test(JSON.stringify(host ?? null), () => {
      assert.equal(originOf('http', host), http);
      assert.equal(originOf('https', host), https);
    });
  }
});

test('a cookie opens a WebSocket from our own pages alone', () => {
  const ours = 'https://files.example.org';
  const handshake = { 'sec-websocket-key': 'AQIDBAUGBwgJCgsMDQ4PEA==', upgrade: 'websocket' };
  assert.equal(cookiesCount('GET', { ...handshake, origin: 'https://other.example.org' }, ours), false);
  assert.equal(cookiesCount('GET', { ...handshake, ...site('same-site') }, ours), false);
  assert.equal(cookiesCount('GET', { 'sec-fetch-mode': 'websocket', ...site('cross-site') }, ours), false);
  assert.equal(cookiesCount('GET', handshake, ours), false);
  assert.equal(cookiesCount('GET', { ...handshake, origin: ours }, ours), true);
  assert.equal(cookiesCount('GET', { ...site('cross-site'), 'sec-fetch-mode': 'navigate' }, ours), true);
});
