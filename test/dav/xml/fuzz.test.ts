import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc, { seed } from '../../helpers/seeded-fast-check.js';
import { onServer } from '../../helpers/paths.js';
import { davSite, type DavSite } from '../dav-site.js';
import { readMultistatus } from '../xml-tree.js';

const requests = 2000;

/** What clients send, to be broken. */
const bodies: readonly (readonly [method: string, body: string])[] = [
  ['PROPFIND', '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><x:p xmlns:x="x:"/></D:prop></D:propfind>'],
  ['PROPFIND', '<propfind xmlns="DAV:"><allprop/><include><supportedlock/></include></propfind>'],
  ['PROPFIND', '<D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>'],
  [
    'PROPPATCH',
    '<D:propertyupdate xmlns:D="DAV:" xml:lang="de"><D:set><D:prop><p xmlns="x:" a="1">&#228;<q>&lt;</q></p></D:prop></D:set><D:remove><D:prop><r xmlns="x:"/></D:prop></D:remove></D:propertyupdate>',
  ],
  [
    'PROPPATCH',
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><Z:Win32LastModifiedTime xmlns:Z="urn:schemas-microsoft-com:">Fri, 27 Nov 2026 12:00:00 GMT</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>',
  ],
  [
    'LOCK',
    '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>me</D:href></D:owner></D:lockinfo>',
  ],
  [
    'MKCOL',
    '<D:mkcol xmlns:D="DAV:"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype><D:displayname>x</D:displayname></D:prop></D:set></D:mkcol>',
  ],
];

/** Pieces that mean something to a parser. */
const pieces = [
  ...['<', '>', '/', '"', "'", '&', ';', '=', ':', '\0', '\ufffe', '\ud800', '\u00e4', '\ufeff'],
  ...['<![CDATA[', ']]>', '<!--', '-->', '<?x ', '?>', '&#x0;', '&#xD800;', '&lt;', '&nope;'],
  ...['<!DOCTYPE a [<!ENTITY b "c">]>', '<?xml version="1.1"?>', '<?xml version="1.0" encoding="utf-16"?>'],
  ...['xmlns=""', 'xmlns:D="x:"', 'xmlns:xml="x:"', 'xml:lang="&#10;"', '<D:prop/>', '<D:set>', '</D:set>'],
  ...['<a>'.repeat(80), '<a xmlns:b="c:">'.repeat(30), 'x'.repeat(70_000), '<a/>'.repeat(300)],
];

/** Pieces that leave a document well-formed where they stand between two elements. */
const sound = [
  ...[
    'text &amp; &#x1F600;',
    '<!-- c -->',
    '<![CDATA[<b>]]>',
    '<?x y?>',
    '<a/>',
    ' ',
    '<x:y xmlns:x="u:" x:z="1"/>',
  ],
  ...['<D:prop/>', '<D:set/>', '<D:owner/>', '<D:exclusive/>', '<D:include/>', '<D:allprop/>', '<D:remove/>'],
  ...['<a b="&quot;"><c xmlns=""/></a>', '<D:depth>infinity</D:depth>', '<a>x</a>'.repeat(300)],
];

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat({ max: 40 }),
  added: fc.option(fc.constantFrom(...pieces)),
  inserted: fc.constantFrom(...sound),
});
const request = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  target: fc.constantFrom('/docs/file', '/docs/folder/', '/attic/file', '/docs/new'),
  cut: fc.option(fc.nat({ max: 2000 }), { freq: 1 }),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** With characters taken out and put in anywhere. */
function broken(text: string, changes: readonly Change[]): string {
  return changes.reduce((body, { at, removed, added }) => {
    const index = Math.floor(at * body.length);
    return body.slice(0, index) + (added ?? '') + body.slice(index + removed);
  }, text);
}

/** With pieces put in between two elements, inside of the root. */
function grown(text: string, changes: readonly Change[]): string {
  return changes.reduce((body, { at, inserted }) => {
    const ends = [...body.matchAll(/>(?=.)/gs)].map(({ index }) => index + 1);
    const index = ends[Math.floor(at * ends.length)] ?? body.length;
    return body.slice(0, index) + inserted + body.slice(index);
  }, text);
}

/** Locks that were taken on the way would keep later requests out. */
async function unlock(site: DavSite): Promise<void> {
  for (const path of ['/docs', '/attic']) await site.locks.removeTree(onServer(path));
}

test(`${requests} broken XML bodies of the seed ${seed} are each understood or refused`, async (t) => {
  const site = await davSite(t);
  await site.mkcol('/docs/folder');
  await site.put('/docs/file');
  await site.put('/attic/file');
  const met = new Set<number>();
  for (const [index, sample] of fc.sample(request, { numRuns: requests }).entries()) {
    const [method, template] = bodies[index % bodies.length] ?? ['', ''];
    const depth = Math.floor(index / bodies.length) % 4 === 0 ? '1' : '0';
    const whole = Buffer.from((index % 2 === 0 ? broken : grown)(template, sample.changes));
    const body = sample.cut === null ? whole : whole.subarray(0, sample.cut);
    const told = `${index}: ${method} ${sample.target} ${body.toString('latin1').slice(0, 500)}`;
    const { status, text } = await site.ask(method, sample.target, {
      headers: { depth, 'content-length': String(body.length) },
      body,
    });
    met.add(status);
    assert.ok(status >= 200 && (status < 500 || status === 507), `${status} to ${told}`);
    if (status === 207) assert.ok(readMultistatus(text).length > 0, told);
    if (status < 300) await unlock(site);
    if (status === 201) await site.ask('DELETE', sample.target);
  }
  for (const status of [200, 207, 400, 413]) assert.ok(met.has(status), `no ${status} among them`);
  // What was kept on the way is told as XML that stands alone.
  const answer = await site.ask('PROPFIND', '/docs/', { headers: { depth: '1' } });
  assert.ok(answer.members().length >= 3);
});
