import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import type { WholeBody } from '../../../src/svn/bodies/read-body.js';
import { read } from './reading.js';

const readMerge = (...pieces: readonly (string | Buffer)[]): Promise<WholeBody> => read('MERGE', ...pieces);
const merge = (inner: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><D:merge xmlns:D="DAV:">${inner}<D:no-auto-merge/></D:merge>`;
const source = (href: string): string => `<D:source><D:href>${href}</D:href></D:source>`;

describe('the source of a MERGE', () => {
  const sound: readonly [what: string, body: string, href: string][] = [
    ['of HTTP v2', merge(source('/svn/a/!svn/txn/5-6')), '/svn/a/!svn/txn/5-6'],
    ['with white space around', merge(source('\n  /svn/a/!svn/txn/5-6 \n')), '/svn/a/!svn/txn/5-6'],
    ['under another prefix', '<merge xmlns="DAV:"><source><href>/x</href></source></merge>', '/x'],
    ['in a CDATA section', merge(source('<![CDATA[/a&b]]>')), '/a&b'],
    ['with character references', merge(source('/a&#x62;&amp;')), '/ab&'],
    ['beside another href', merge(`<D:x><D:href>/other</D:href></D:x>${source('/x')}`), '/x'],
  ];
  for (const [what, body, href] of sound) {
    test(what, async () => {
      assert.equal((await readMerge(body)).source, href);
    });
  }

  const broken: readonly [what: string, body: string | Buffer][] = [
    ['missing', merge('')],
    ['empty', merge(source(' '))],
    ['twice', merge(source('/a') + source('/b'))],
    ['two in one', merge('<D:source><D:href>/a</D:href><D:href>/b</D:href></D:source>')],
    ['in no namespace', '<merge><source><href>/x</href></source></merge>'],
    ['not well-formed', '<D:merge xmlns:D="DAV:">'],
    ['with a DOCTYPE', `<!DOCTYPE D:merge>${merge(source('/x'))}`],
    ['not UTF-8', Buffer.from(merge(source('/\u00e9')), 'latin1')],
    ['nothing at all', ''],
  ];
  for (const [what, body] of broken) {
    test(`${what} is refused`, async () => {
      await assert.rejects(readMerge(body), (error) => isFailure(error, 'malformed'));
    });
  }

  test('comes with the bytes as they were', async () => {
    const bytes = Buffer.from(merge(source('/x')));
    const { pieces, size, source: href } = await readMerge(bytes.subarray(0, 20), bytes.subarray(20));
    assert.ok(Buffer.concat(pieces).equals(bytes));
    assert.equal(size, bytes.length);
    assert.equal(href, '/x');
  });
});
