import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { directoryListing, inUnits } from '../../../server/pages/directory-listing.js';
import { pageHeaders } from '../../../server/pages/layout.js';
import { parseTarget, serverPathOf } from '../../../src/http/target.js';
import type { Entry } from '../../../src/storage/storage.js';

const modified = Date.UTC(2024, 1, 29, 12, 34, 56, 789);

function file(name: string, size = 0): Entry {
  return { name, stat: { kind: 'file', size, etag: '"1"', modified, created: undefined } };
}

function folder(name: string): Entry {
  return { name, stat: { kind: 'collection', modified, created: undefined } };
}

// eslint-disable-next-line @typescript-eslint/require-await -- storage lists asynchronously
async function* batches(...lists: readonly (readonly Entry[])[]): AsyncGenerator<readonly Entry[]> {
  yield* lists;
}

const alice = { username: 'alice', owner: 'alice' };

async function htmlOf(
  path: string,
  entries: AsyncIterable<readonly Entry[]>,
  username = 'alice',
): Promise<string> {
  const { body } = directoryListing(serverPathOf(path), entries, { username, owner: username });
  assert.ok(body instanceof Readable);
  return (await buffer(body)).toString();
}

/** What the table shows, a row for each entry. */
function rowsOf(html: string): { href: string; name: string; size: string }[] {
  const row = /<tr><td><a href="([^"]*)">([^<]*)<\/a><\/td><td class="number">([^<]*)<\/td>/g;
  return [...html.matchAll(row)].map(([, href = '', name = '', size = '']) => ({ href, name, size }));
}

test('the answer is a page that is streamed', () => {
  const { status, headers, body } = directoryListing(serverPathOf('/docs'), batches(), alice);
  assert.equal(status, 200);
  assert.deepEqual(headers, pageHeaders);
  assert.ok(body instanceof Readable);
  body.destroy();
});

test('folders stand before files, each in the order of people, and are linked from the root', async () => {
  const html = await htmlOf(
    '/docs/a b',
    batches([file('10.txt', 10), folder('z')], [file('9.txt', 1), folder('B')]),
  );
  assert.deepEqual(rowsOf(html), [
    { href: '/docs/a%20b/B/', name: 'B/', size: '' },
    { href: '/docs/a%20b/z/', name: 'z/', size: '' },
    { href: '/docs/a%20b/9.txt', name: '9.txt', size: '1 byte' },
    { href: '/docs/a%20b/10.txt', name: '10.txt', size: '10 bytes' },
  ]);
  assert.match(html, /<time datetime="2024-02-29T12:34:56\.789Z">2024-02-29 12:34<\/time>/);
  assert.match(html, /Signed in as <b>alice<\/b>/);
  assert.doesNotMatch(html, /This folder is empty/);
});

test('an empty folder says so', async () => {
  for (const entries of [batches(), batches([])]) {
    const html = await htmlOf('/docs', entries);
    assert.match(html, /This folder is empty/);
    assert.deepEqual(rowsOf(html), []);
    assert.match(html, /<\/html>\n$/);
  }
});

describe('a hostile name is shown as it is and leads to itself:', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '&lt;b&gt;',
    'javascript:alert(1)',
    'a?b=c#d',
    '100%',
    '%2e%2e',
    '..hidden',
    '//evil.example',
    '\u202etxt.exe',
    '</tbody></table>',
    '\u{1f4c1} \u00e4',
    '\ufffe',
  ].map((name) => name.replaceAll('/', '\u2215'));
  for (const name of hostile) {
    test(JSON.stringify(name), async () => {
      const html = await htmlOf('/docs', batches([file(name), folder(name)]));
      const rows = rowsOf(html);
      assert.deepEqual(
        rows.map(({ href }) => parseTarget(href)),
        [
          { path: `/docs/${name}`, collection: true, query: '' },
          { path: `/docs/${name}`, collection: false, query: '' },
        ],
      );
      for (const row of rows) {
        assert.match(row.href, /^\/docs\/[\w%.~-]+\/?$/);
        assert.doesNotMatch(row.name, /[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      }
      assert.equal(unescaped(rows[1]?.name ?? ''), name);
    });
  }

  function unescaped(text: string): string {
    return text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
  }
});

describe('the path above the table', () => {
  const heading = async (path: string) => /<h1>(.*)<\/h1>/.exec(await htmlOf(path, batches()))?.[1];

  test('leads to each folder above, and names the last', async () => {
    assert.equal(await heading('/docs'), 'docs');
    assert.equal(
      await heading('/docs/a b/c'),
      '<a href="/docs/">docs</a> / <a href="/docs/a%20b/">a b</a> / c',
    );
  });

  test('escapes hostile names', async () => {
    assert.equal(
      await heading('/docs/"><script>/<b>'),
      '<a href="/docs/">docs</a> / <a href="/docs/%22%3E%3Cscript%3E/">&quot;&gt;&lt;script&gt;</a> / &lt;b&gt;',
    );
  });

  test('gives the page its title', async () => {
    assert.match(await htmlOf('/docs/<b>', batches()), /<title>&lt;b&gt;<\/title>/);
  });
});

test('a user name is escaped', async () => {
  assert.match(await htmlOf('/docs', batches(), '<eve>'), /Signed in as <b>&lt;eve&gt;<\/b>/);
});

describe('a folder with many entries', () => {
  const batch = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => file(`f${20_000 - from - index}`));

  test('is sorted up to 10,000', async () => {
    const rows = rowsOf(await htmlOf('/docs', batches(batch(0, 6000), batch(6000, 4000))));
    assert.equal(rows.length, 10_000);
    assert.equal(rows[0]?.name, 'f10001');
    assert.equal(rows.at(-1)?.name, 'f20000');
  });

  test('is shown in the order it is read beyond that, and whole', async () => {
    const html = await htmlOf('/docs', batches(batch(0, 6000), batch(6000, 4001), batch(10_001, 10), []));
    const names = rowsOf(html).map(({ name }) => name);
    assert.deepEqual(
      names,
      batch(0, 10_011).map(({ name }) => name),
    );
    assert.doesNotMatch(html, /This folder is empty/);
    assert.match(html, /<\/html>\n$/);
  });

  test('is sent as it is read: the storage is never far ahead of the reader', async () => {
    let read = 0;
    // eslint-disable-next-line @typescript-eslint/require-await -- storage lists asynchronously
    async function* endless(): AsyncGenerator<readonly Entry[]> {
      for (;;) {
        read += 1;
        yield batch(0, 500);
      }
    }
    const { body } = directoryListing(serverPathOf('/docs'), endless(), alice);
    assert.ok(body instanceof Readable);
    const chunks: AsyncIterator<unknown> = body[Symbol.asyncIterator]();
    for (let taken = 0; taken < 5; taken += 1) await chunks.next();
    assert.ok(read < 100, `${read} batches were read`);
    await chunks.return?.();
  });

  test('lets go of the storage when the reader goes', async () => {
    let ended = false;
    const isEnded = (): boolean => ended;
    // eslint-disable-next-line @typescript-eslint/require-await -- storage lists asynchronously
    async function* endless(): AsyncGenerator<readonly Entry[]> {
      try {
        for (;;) yield batch(0, 5000);
      } finally {
        ended = true;
      }
    }
    const { body } = directoryListing(serverPathOf('/docs'), endless(), alice);
    assert.ok(body instanceof Readable);
    let taken = 0;
    for await (const _chunk of body) if ((taken += 1) === 3) break;
    // It may be at a pause just then.
    for (let turn = 0; turn < 100 && !isEnded(); turn += 1) await setImmediate();
    assert.equal(ended, true);
  });
});

test('a storage that fails breaks the page off', async () => {
  // eslint-disable-next-line @typescript-eslint/require-await -- storage lists asynchronously
  async function* failing(): AsyncGenerator<readonly Entry[]> {
    yield [file('a')];
    throw new Error('The disk is gone.');
  }
  await assert.rejects(htmlOf('/docs', failing()), /The disk is gone/);
});

const sizes: readonly (readonly [bytes: number, words: string])[] = [
  [0, '0 bytes'],
  [1, '1 byte'],
  [2, '2 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 KB'],
  [1049, '1.0 KB'],
  [1500, '1.5 KB'],
  [9949, '9.9 KB'],
  [9950, '10 KB'],
  [10_400, '10 KB'],
  [999_499, '999 KB'],
  [999_500, '1.0 MB'],
  [1_500_000, '1.5 MB'],
  [2_147_483_648, '2.1 GB'],
  [5_000_000_000_000, '5.0 TB'],
  [3_000_000_000_000_000, '3000 TB'],
];
for (const [bytes, words] of sizes) {
  test(`${bytes} bytes are ${words}`, () => {
    assert.equal(inUnits(bytes), words);
  });
}
