import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { errorPage } from '../../../server/pages/error-response.js';
import { escapeHtml } from '../../../server/pages/html.js';
import { pageHead, pageHeaders } from '../../../server/pages/layout.js';

const texts: readonly (readonly [text: string, escaped: string])[] = [
  ['', ''],
  ['plain', 'plain'],
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['"\'', '&quot;&#39;'],
  ['a & b', 'a &amp; b'],
  ['&amp;', '&amp;amp;'],
  ['\u00e4 \u{1f4c1}', '\u00e4 \u{1f4c1}'],
  ['$& __proto__', '$&amp; __proto__'],
];
for (const [text, escaped] of texts) {
  test(`escapeHtml writes ${JSON.stringify(text)} as ${JSON.stringify(escaped)}`, () => {
    assert.equal(escapeHtml(text), escaped);
  });
}

test('the title and the user name are escaped', () => {
  const head = pageHead('</title><script>', { username: '<b>"eve"</b>' });
  assert.match(head, /<title>&lt;\/title&gt;&lt;script&gt;<\/title>/);
  assert.match(head, /Signed in as <b>&lt;b&gt;&quot;eve&quot;&lt;\/b&gt;<\/b>/);
});

test('who is not signed in is not named, and may sign in where that makes a difference', () => {
  assert.doesNotMatch(pageHead('Title'), /Sign/);
  const head = pageHead('Title', { username: undefined });
  assert.doesNotMatch(head, /Signed in/);
  assert.match(head, /<a href="\?sign-in">Sign in<\/a>/);
});

test('the policy admits the style of the page and nothing else', () => {
  const styles = [...pageHead('Title').matchAll(/<style>([^]*?)<\/style>/g)];
  assert.equal(styles.length, 1);
  const hash = createHash('sha256')
    .update(styles[0]?.[1] ?? '')
    .digest('base64');
  const policies = pageHeaders.filter(([name]) => name === 'Content-Security-Policy');
  assert.deepEqual(policies, [
    [
      'Content-Security-Policy',
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    ],
  ]);
});

test('pages carry no style attributes and no scripts, which the policy would refuse', () => {
  assert.doesNotMatch(
    pageHead('Title', { username: 'alice' }) + errorPage(404, 'Nothing.', 'id'),
    / style=|<script| on\w+=/,
  );
});

test('the other headers of a page', () => {
  assert.deepEqual(
    pageHeaders.filter(([name]) => name !== 'Content-Security-Policy'),
    [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Cache-Control', 'private, no-cache'],
      ['Referrer-Policy', 'same-origin'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
  );
});

test('an error page tells the status, the sentence and the id, all escaped', () => {
  const page = errorPage(404, 'There is no <b> here.', '"><img>');
  assert.match(page, /<title>404 Not Found<\/title>/);
  assert.match(page, /<h1>404 Not Found<\/h1>\n<p>There is no &lt;b&gt; here\.<\/p>/);
  assert.match(page, /Request <code>&quot;&gt;&lt;img&gt;<\/code>/);
  assert.match(page, /<\/main>\n<\/body>\n<\/html>\n$/);
});
