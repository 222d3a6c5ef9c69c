import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { Allowance } from '../../../src/async/allowance.js';
import { bodyToSend } from '../../../src/svn/bodies/body-to-send.js';
import { read, readFrom, roomy } from './reading.js';

const KiB = 1024;
const MiB = 1024 * KiB;
const report = (name: string, inner: string): string => `<S:${name} xmlns:S="svn:">${inner}</S:${name}>`;
const entries = (count: number): string =>
  report(
    'update-report',
    Array.from(
      { length: count },
      (_, index) =>
        `<S:entry\n   depth="infinity"\n   rev="1">department/source/File${index}.java</S:entry>\n`,
    ).join(''),
  );

describe('what svn itself sends is far below the limits', () => {
  test('an update of 100,000 files of mixed revisions', async () => {
    const { weight } = await read('REPORT', entries(100_000));
    assert.ok(weight < 64 * MiB, `${weight}`);
  });

  test('a commit of 50,000 locked files', async () => {
    const lock = (index: number): string =>
      `<S:lock><S:lock-path>department/source/File${index}.java</S:lock-path>` +
      '<S:lock-token>opaquelocktoken:6a7b9f3e-7c3c-4b6e-9d0a-0f6c5b1d2e3f</S:lock-token></S:lock>';
    const list = Array.from({ length: 50_000 }, (_, index) => lock(index)).join('');
    const { source } = await read(
      'MERGE',
      '<D:merge xmlns:D="DAV:"><D:source><D:href>/svn/a/!svn/txn/1-1</D:href></D:source>',
      `<S:lock-token-list xmlns:S="svn:">${list}</S:lock-token-list></D:merge>`,
    );
    assert.equal(source, '/svn/a/!svn/txn/1-1');
  });

  test('a property of 8 MiB, a log message of 1 MiB, a log of 150,000 paths', async () => {
    const value = 'x'.repeat(8 * MiB);
    await read('PROPPATCH', `<D:propertyupdate xmlns:D="DAV:"><D:set>${value}</D:set></D:propertyupdate>`);
    await read('POST', `( create-txn-with-props (7 svn:log ${MiB} ${'x'.repeat(MiB)}))`);
    await read('REPORT', report('log-report', '<S:path>department/source/a.java</S:path>'.repeat(150_000)));
  });
});

describe('what is larger is refused', () => {
  const tooLarge: readonly [what: string, method: string, body: string][] = [
    ['a report of 33 MiB', 'REPORT', report('update-report', `${'x'.repeat(MiB / 32)}<a/>`.repeat(33 * 32))],
    [
      'another report of 65 KiB',
      'REPORT',
      report('get-locks-report', `<a>${'x'.repeat(33 * KiB)}</a>`.repeat(2)),
    ],
    [
      'a log report of 17 MiB',
      'REPORT',
      report('log-report', `<a>${'x'.repeat(MiB / 32)}</a>`.repeat(17 * 32)),
    ],
    ['an update report of 300,000 elements', 'REPORT', report('update-report', '<a/>'.repeat(300_000))],
    [
      'an update report of 2,000,000 lines',
      'REPORT',
      report('update-report', `${'\n'.repeat(10_000)}<a/>`.repeat(200)),
    ],
    [
      'an update report of 2,000,000 references',
      'REPORT',
      report('update-report', `${'&lt;'.repeat(10_000)}<a/>`.repeat(200)),
    ],
    ['a PROPFIND of 66 KiB', 'PROPFIND', `<a>${'x'.repeat(33 * KiB)}<a/>${'x'.repeat(33 * KiB)}</a>`],
    ['a PROPFIND of 5,000 elements', 'PROPFIND', `<a>${'<a/>'.repeat(5000)}</a>`],
    ['a MERGE of 17 MiB', 'MERGE', `<a>${`${'x'.repeat(MiB / 32)}<a/>`.repeat(17 * 32)}</a>`],
    ['a POST of 5 MiB', 'POST', `(a ${'x'.repeat(5 * MiB)})`],
    ['the body of a GET', 'GET', 'x'.repeat(65 * KiB)],
    ['the body of what nobody knows', 'FOO', 'x'.repeat(65 * KiB)],
  ];
  for (const [what, method, body] of tooLarge) {
    test(what, async () => {
      await assert.rejects(read(method, body), { kind: 'too-large' });
    });
  }

  test('by its announced length, before a byte of it is read', async () => {
    const body = new Readable({ read: () => assert.fail('it was read') });
    const framing = { kind: 'length', bytes: String(17 * MiB) } as const;
    await assert.rejects(readFrom({ method: 'MERGE', body, framing }), { kind: 'too-large' });
  });
});

test('XML that Apache would expand or nest is refused', async () => {
  await assert.rejects(read('PROPFIND', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), { kind: 'malformed' });
  await assert.rejects(read('MERGE', '<a>'.repeat(20_000)), { kind: 'malformed' });
  await assert.rejects(read('REPORT', 'no XML'), { kind: 'malformed' });
});

describe('a large body is written as svn writes it', () => {
  const large = '<a/>'.repeat(10_000) + 'x'.repeat(40 * KiB);
  const unusual: readonly [what: string, body: string | Buffer][] = [
    ['a comment', `<a><!-- - -->${large}</a>`],
    ['a comment at the end', `<a>${large}<a/>${large}<!-- - --></a>`],
    ['a CDATA section', `<a>${large}<a/>${large}<![CDATA[x]]></a>`],
    ['an instruction', `<a>${large}<a/>${large}<?x y?></a>`],
    ['a text without end', `<a>${large}${large.replaceAll('<', '')}</a>`],
    ['an attribute without end', `<a>${large}<a b="${'x'.repeat(65 * KiB)}"/></a>`],
    ['UTF-16', Buffer.from(`\ufeff<a>${large}</a>`, 'utf16le')],
  ];
  for (const [what, body] of unusual) {
    test(`${what} is refused`, async () => {
      await assert.rejects(read('MERGE', body), { kind: 'malformed' });
    });
  }

  test('a small one may be any XML', async () => {
    await read('PROPFIND', '<?xml version="1.0"?><!-- --><a><![CDATA[x]]></a>');
    await read('PROPFIND', Buffer.from('\ufeff<a/>', 'utf16le'));
  });
});

test('one user keeps no more than their part, and gets it back', async () => {
  const allowance = new Allowance({ inAll: 300 * KiB, perOwner: 100 * KiB });
  const lock = `<a>${'x'.repeat(40 * KiB)}<a/>${'x'.repeat(40 * KiB)}</a>`;
  const send = (owner: string) =>
    readFrom({ method: 'LOCK', body: Readable.from([Buffer.from(lock)]), owner, allowance });
  const first = await send('alice');
  await assert.rejects(send('alice'), { kind: 'unavailable', headers: [['Retry-After', '60']] });
  const others = [await send('bob'), await send('carol')];
  await assert.rejects(send('dave'), { kind: 'unavailable' });
  for (const body of [first, ...others]) {
    body.release();
    body.release();
  }
  assert.equal(allowance.held, 0);
});

test('what is refused or breaks off is not kept', async () => {
  const allowance = roomy();
  const breaking = new PassThrough();
  breaking.write('<a>');
  const broken = readFrom({ method: 'LOCK', body: breaking, allowance });
  setImmediate(() => breaking.destroy());
  await assert.rejects(broken, { kind: 'malformed' });
  await assert.rejects(readFrom({ method: 'LOCK', body: Readable.from([Buffer.from('<a')]), allowance }));
  assert.equal(allowance.held, 0);
});

test('a body that stops coming is given up', async () => {
  const allowance = roomy();
  const body = new PassThrough();
  body.write('<a>');
  const stopped = readFrom({ method: 'LOCK', body, allowance, patience: 20 });
  await assert.rejects(stopped, { kind: 'unavailable' });
  assert.equal(allowance.held, 0);
});

test('a body in pieces of a byte takes no more memory than its bytes', async () => {
  const text = report('log-report', '<S:path>a/b</S:path>'.repeat(5000));
  const { pieces } = await read('REPORT', ...Array.from(text, (byte) => byte));
  assert.equal(Buffer.concat(pieces).toString(), text);
  assert.ok(pieces.length < 10, `${pieces.length} pieces`);
});

describe('what is sent on', () => {
  const send = (method: string, headers: readonly (readonly [string, string])[], text = 'x') => {
    const body = Readable.from([Buffer.from(text)]);
    const sent = bodyToSend({ method, headers, body, owner: 'alice', allowance: roomy() });
    return { body, sent };
  };

  test('is a file as it comes, and what has no body', async () => {
    for (const [method, headers] of [
      ['PUT', [['Transfer-Encoding', 'chunked']]],
      ['PROPFIND', [['Content-Length', '0']]],
      ['GET', []],
    ] as const) {
      const { body, sent } = send(method, headers);
      assert.equal(await sent, body);
    }
  });

  test('is nothing that is compressed', async () => {
    for (const coding of ['gzip', 'GZIP, identity', '']) {
      const { sent } = send('PUT', [
        ['Content-Length', '1'],
        ['Content-Encoding', coding],
      ]);
      await assert.rejects(sent, { kind: 'unsupported-media-type' }, coding);
    }
  });

  test('is no MERGE without a body', async () => {
    await assert.rejects(send('MERGE', [['Content-Length', '0']]).sent, { kind: 'malformed' });
  });
});
