import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseServiceWorker, restrained } from '../../src/http/active-content.js';
import type { HeaderList } from '../../src/http/message.js';

const octets = 'application/octet-stream';

function fieldsOf(headers: HeaderList, status = 200, likely = octets) {
  const answer = restrained({ status, headers }, likely);
  const all = (wanted: string): string[] =>
    answer.headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
  return {
    types: all('content-type'),
    sandboxed: all('content-security-policy').some((policy) => policy.startsWith('sandbox; ')),
    nosniff: all('x-content-type-options').join(),
  };
}

describe('an answer with a person\u2019s file in it', () => {
  const inert = [
    'text/plain',
    'Text/Plain; Charset=UTF-8',
    'text/markdown; charset=utf-8',
    'image/png',
    'video/mp4',
    'application/pdf',
    'application/zip',
    octets,
  ];
  for (const type of inert) {
    it(`is left as it is where it is ${type}`, () => {
      assert.deepEqual(fieldsOf([['content-type', type]]), {
        types: [type],
        sandboxed: false,
        nosniff: 'nosniff',
      });
    });
  }

  const active = (
    'text/html TEXT/HTML text/html;charset=utf-8 application/xhtml+xml image/svg+xml text/xml application/xml text/xsl ' +
    'text/xslt application/xslt+xml application/rss+xml application/mathml+xml audio/x+xml video/x+xml font/x+xml ' +
    'image/x+xml multipart/x-mixed-replace multipart/related multipart/mixed message/rfc822 text/cache-manifest ' +
    'text/javascript application/javascript application/ecmascript text/css text/vtt application/json ' +
    'application/x-shockwave-flash application/hta text/x-component application/x-chrome-extension ' +
    'application/x-xpinstall application/vnd.ms-htmlhelp application/signed-exchange;v=b3 application/webbundle ' +
    'unknown/unknown application/unknown text/enriched application/x-ns-proxy-autoconfig x/y'
  ).split(' ');
  for (const type of active) {
    it(`is sandboxed where it is ${type}`, () => {
      assert.deepEqual(fieldsOf([['Content-Type', type]]), {
        types: [type],
        sandboxed: true,
        nosniff: 'nosniff',
      });
    });
  }

  const none: readonly HeaderList[] = [
    [['Content-Type', 'text/plain; x=x, text/html']],
    [['Content-Type', 'text/html, text/plain']],
    [['Content-Type', '']],
    [['Content-Type', '*/*']],
    [
      ['Content-Type', 'text/plain'],
      ['content-type', 'text/html'],
    ],
    [
      ['Content-Type', 'text/plain'],
      ['Content-Type', 'text/plain'],
    ],
    [],
  ];
  for (const headers of none) {
    it(`is bytes where its Content-Type is ${JSON.stringify(headers.map(([, value]) => value))}`, () => {
      assert.deepEqual(fieldsOf(headers), { types: [octets], sandboxed: false, nosniff: 'nosniff' });
    });
  }

  it('keeps its fields where the browser has the bytes already', () => {
    assert.deepEqual(fieldsOf([], 304, 'text/html'), { types: [], sandboxed: true, nosniff: 'nosniff' });
    assert.deepEqual(fieldsOf([], 304, 'application/pdf'), {
      types: [],
      sandboxed: false,
      nosniff: 'nosniff',
    });
    assert.equal(fieldsOf([['Content-Type', 'text/xsl']], 304, 'text/plain').sandboxed, true);
  });

  it('runs where the administrator vouches for it', () => {
    const { headers } = restrained(
      { status: 200, headers: [['Content-Type', 'text/html']] },
      octets,
      'trusted',
    );
    assert.deepEqual(headers, [
      ['Content-Type', 'text/html'],
      ['X-Content-Type-Options', 'nosniff'],
    ]);
  });

  it('is no service worker, unless the administrator vouches for it', () => {
    assert.throws(() => {
      refuseServiceWorker('script', 'sandboxed');
    }, /cannot be a service worker/);
    refuseServiceWorker('script', 'trusted');
    refuseServiceWorker(undefined, 'sandboxed');
  });
});
