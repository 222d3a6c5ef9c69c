import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reports } from '../../../src/svn/bodies/report-fields.js';
import { read } from './reading.js';

const report = (name: string, inner: string, attributes = ''): string =>
  `<?xml version="1.0" encoding="utf-8"?><S:${name} xmlns:S="svn:"${attributes}>${inner}</S:${name}>`;
const element = (name: string, text: string, attributes = ''): string =>
  `<S:${name}${attributes}>${text}</S:${name}>`;

/** As svn 1.14 sends them. */
const sent: readonly string[] = [
  report(
    'update-report',
    element('src-path', '/svn/one/trunk') +
      element('target-revision', '2') +
      element('update-target', 'a b') +
      element('depth', 'unknown') +
      element('entry', '', ' rev="2" depth="infinity" start-empty="true"') +
      element('entry', 'lib/x.c', ' rev="1" linkpath="/branches/a/x.c" depth="exclude" lock-token="t"') +
      element('missing', 'lib/y.c'),
    ' send-all="true"',
  ),
  report('update-report', element('dst-path', 'http://files.example.org/svn/one/branches/a')),
  report('log-report', element('start-revision', '-1') + element('limit', '100') + element('path', '')),
  report('get-locations', element('path', 'a/b') + element('peg-revision', ' 7\n')),
  report('get-locks-report', '', ' depth="immediates"'),
  report('replay-report', element('include-path', 'trunk') + element('send-deltas', '1')),
  report('mergeinfo-report', element('path', '/trunk') + element('inherit', 'nearest-ancestor')),
  report('a-report-of-tomorrow', element('path', '/a//b/')),
  report('log-report', element('an-element-of-tomorrow', '/a//b/')),
  report('file-revs-report', '<path xmlns="urn:other">/a//b/</path>'),
  '<D:version-tree xmlns:D="DAV:"/>',
];

describe('what svn sends passes', () => {
  for (const body of sent) {
    test(body.slice(body.indexOf('<S:'), 140), async () => {
      const { pieces } = await read('REPORT', body);
      assert.equal(Buffer.concat(pieces).toString(), body);
    });
  }
});

/** What Subversion ends its process for, or takes for a number that it is not. */
const unfit = {
  relpath: ['a/', '/abs', 'a//b', './a', 'a/.', 'http://host/a', '../a'],
  path: ['a/', '//a', 'a//b', './a', 'a/.', 'http://host/a', '../a'],
  fspath: ['a', '/a/', '/a//b', '', 'http://host/a'],
  url: ['a', '/a/', '/a//b', '', '/a%2f', '/a%00', '/svn/one/!svn/act/x'],
  revision: ['', 'x', '-2', '1.5', '0x2', '2147483648', '9'.repeat(40)],
  number: ['', 'x', '-1', '99999999999'],
  depth: ['', 'x', '1', 'Infinity'],
};

describe('what svn does not send is refused', () => {
  for (const [name, { elements, attributes = {}, own = {} }] of reports) {
    const bodies = [
      ...Object.entries(elements).flatMap(([field, kind]) =>
        unfit[kind].map((text) => report(name, element(field, text))),
      ),
      ...Object.entries(attributes).flatMap(([field, known]) =>
        Object.entries(known).flatMap(([attribute, kind]) =>
          unfit[kind].map((text) => report(name, element(field, '', ` ${attribute}="${text}"`))),
        ),
      ),
      ...Object.entries(own).flatMap(([attribute, kind]) =>
        unfit[kind].map((text) => report(name, '', ` ${attribute}="${text}"`)),
      ),
    ];
    test(`in a ${name}, in ${bodies.length} ways`, async () => {
      for (const body of bodies) await assert.rejects(read('REPORT', body), { kind: 'malformed' }, body);
    });
  }

  const hidden: readonly [where: string, body: string][] = [
    [
      'under another prefix',
      '<x:update-report xmlns:x="svn:"><x:entry rev="1">a/</x:entry></x:update-report>',
    ],
    ['in a CDATA section', report('update-report', element('entry', '<![CDATA[/abs]]>', ' rev="1"'))],
    ['by character references', report('update-report', element('missing', 'a&#x2f;'))],
    ['around another element', report('update-report', element('missing', 'a<x/>/'))],
    ['in an attribute with a namespace', report('update-report', element('entry', '', ' S:rev="x"'))],
    ['after a sound one', report('update-report', element('missing', 'a') + element('missing', 'a/'))],
  ];
  for (const [where, body] of hidden) {
    test(where, async () => {
      await assert.rejects(read('REPORT', body), { kind: 'malformed' });
    });
  }

  for (const method of ['MERGE', 'DELETE']) {
    test(`in the lock tokens of a ${method}, wherever they stand`, async () => {
      const tokens =
        '<S:lock-token-list xmlns:S="svn:"><lock><lock-path>a/</lock-path></lock></S:lock-token-list>';
      for (const body of [
        tokens,
        `<lock-path>${tokens}</lock-path>`,
        `<D:merge xmlns:D="DAV:">${tokens}</D:merge>`,
      ]) {
        await assert.rejects(read(method, body), { kind: 'malformed' }, body);
      }
    });
  }
});

test('of a report about one path that path is told', async () => {
  assert.equal((await read('REPORT', report('file-revs-report', element('path', 'a')))).path, 'a');
  assert.equal((await read('REPORT', report('list-report', ''))).path, '');
  assert.equal((await read('REPORT', report('log-report', element('path', 'a')))).path, undefined);
});
