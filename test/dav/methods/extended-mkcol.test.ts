import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import { davSite, propertyUpdate, type Answer, type DavSite } from '../dav-site.js';
import { all, only, readTree } from '../xml-tree.js';

const collection = '<D:resourcetype><D:collection/></D:resourcetype>';

function mkcolBody(properties: string): string {
  return `<?xml version="1.0"?><D:mkcol xmlns:D="DAV:"><D:set><D:prop>${properties}</D:prop></D:set></D:mkcol>`;
}

function make(
  site: DavSite,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return site.ask('MKCOL', path, {
    body,
    headers: { 'content-type': 'application/xml', 'content-length': String(body.length), ...headers },
  });
}

/** The names that the answer speaks of, by status and condition. */
function outcomes({ text }: Answer): Record<string, string[]> {
  const root = readTree(text);
  assert.equal(root.name, '{DAV:}mkcol-response');
  return Object.fromEntries(
    all(root, '{DAV:}propstat').map((propstat) => {
      const [error] = all(propstat, '{DAV:}error');
      const status = only(propstat, '{DAV:}status').text.split(' ')[1] ?? '';
      const condition = error?.elements.map(({ name }) => name).join('') ?? '';
      const names = only(propstat, '{DAV:}prop').elements.map(({ name }) => name);
      return [`${status} ${condition}`.trim(), names.sort()];
    }),
  );
}

describe('extended MKCOL (RFC 5689)', () => {
  for (const share of ['/docs', '/attic']) {
    test(`makes a collection with properties in ${share}`, async (t) => {
      const site = await davSite(t);
      const body = mkcolBody(`${collection}<D:displayname>New</D:displayname><p xmlns="x:">v</p>`);
      const answer = await make(site, `${share}/new`, body);
      assert.equal(answer.status, 201);
      assert.deepEqual(outcomes(answer), { '200': ['{DAV:}displayname', '{DAV:}resourcetype', '{x:}p'] });
      assert.equal(await site.kind(`${share}/new`), 'collection');
      assert.equal((await site.property(`${share}/new`, '{x:}p'))?.text, 'v');
      assert.equal((await site.property(`${share}/new`, '{DAV:}displayname'))?.text, 'New');
    });
  }

  test('says nothing more than 201 where the client asks for the minimum', async (t) => {
    const site = await davSite(t);
    const answer = await make(site, '/docs/new', mkcolBody(collection), { prefer: 'return=minimal' });
    assert.deepEqual([answer.status, answer.text], [201, '']);
    assert.equal(answer.header('Preference-Applied'), 'return=minimal');
  });

  const refused: readonly [string, string, Record<string, string[]>][] = [
    [
      'another resource type',
      '<D:resourcetype><D:collection/><C:calendar xmlns:C="urn:ietf:params:xml:ns:caldav"/></D:resourcetype><p xmlns="x:"/>',
      { '403 {DAV:}valid-resourcetype': ['{DAV:}resourcetype'], '424': ['{x:}p'] },
    ],
    [
      'no collection as its type',
      '<D:resourcetype/>',
      { '403 {DAV:}valid-resourcetype': ['{DAV:}resourcetype'] },
    ],
    [
      'no type at all',
      '<p xmlns="x:"/>',
      { '403 {DAV:}valid-resourcetype': ['{DAV:}resourcetype'], '424': ['{x:}p'] },
    ],
    [
      'a protected property',
      `${collection}<D:getetag>"x"</D:getetag><p xmlns="x:"/>`,
      {
        '403 {DAV:}cannot-modify-protected-property': ['{DAV:}getetag'],
        '424': ['{DAV:}resourcetype', '{x:}p'],
      },
    ],
  ];
  for (const [what, properties, expected] of refused) {
    test(`with ${what} makes nothing and says why`, async (t) => {
      const site = await davSite(t);
      const answer = await make(site, '/docs/new', mkcolBody(properties), { prefer: 'return=minimal' });
      assert.equal(answer.status, 403);
      assert.deepEqual(outcomes(answer), expected);
      assert.equal(await site.kind('/docs/new'), undefined);
    });
  }

  const bodies: readonly [string, string, Record<string, string>, number][] = [
    ['another element', '<D:propfind xmlns:D="DAV:"/>', {}, 415],
    ['no XML', 'hello', { 'content-type': 'text/plain' }, 415],
    ['what litmus sends', 'afafafaf', { 'content-type': 'xzy-foo/bar-512' }, 415],
    ['broken XML', '<D:mkcol', {}, 400],
    ['a DOCTYPE', '<!DOCTYPE a><D:mkcol xmlns:D="DAV:"/>', {}, 400],
    ['text xml', mkcolBody(collection), { 'content-type': 'Text/XML; charset=utf-8' }, 201],
    ['a condition that holds', mkcolBody(collection), { 'if-none-match': '*' }, 201],
    ['a condition that does not', mkcolBody(collection), { 'if-match': '*' }, 412],
  ];
  for (const [what, body, headers, status] of bodies) {
    test(`with ${what} is ${status}`, async (t) => {
      const site = await davSite(t);
      assert.equal((await make(site, '/docs/new', body, headers)).status, status);
      assert.equal(await site.kind('/docs/new'), status === 201 ? 'collection' : undefined);
    });
  }

  test('with a body of an unknown type that is no XML is 415', async (t) => {
    const site = await davSite(t);
    const answer = await site.ask('MKCOL', '/docs/new', { body: 'afaf', headers: { 'content-length': '4' } });
    assert.equal(answer.status, 415);
  });

  test('where something is, or the parent is missing, changes nothing', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file', 'kept');
    await site.mkcol('/docs/folder');
    const body = mkcolBody(`${collection}<p xmlns="x:">v</p>`);
    for (const [path, status] of [
      ['/docs/file', 405],
      ['/docs/folder', 405],
      ['/docs/no/new', 409],
    ] as const) {
      assert.equal((await make(site, path, body)).status, status);
    }
    assert.equal(await site.property('/docs/folder', '{x:}p'), undefined);
  });

  test('keeps no collection whose properties could not be kept', async (t) => {
    const site = await davSite(t);
    site.properties.patch = () => Promise.reject(new Error('lost'));
    await assert.rejects(make(site, '/docs/new', mkcolBody(`${collection}<p xmlns="x:"/>`)), (error) => {
      return !isFailure(error);
    });
    assert.equal(await site.kind('/docs/new'), undefined);
  });
});

describe('Prefer (RFC 8144)', () => {
  test('return=minimal leaves out what a resource does not have', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const ask = (names: string, prefer?: string) =>
      site.ask('PROPFIND', '/docs/file', {
        headers: { depth: '0', prefer },
        body: `<D:propfind xmlns:D="DAV:"><D:prop>${names}</D:prop></D:propfind>`,
      });
    const full = await ask('<D:getetag/><D:nothing/>');
    assert.deepEqual([...(full.members()[0]?.properties.keys() ?? [])], [200, 404]);
    assert.equal(full.header('Preference-Applied'), undefined);
    assert.equal(full.header('Vary'), 'Prefer');
    const short = await ask('<D:getetag/><D:nothing/>', 'return=minimal');
    assert.deepEqual([...(short.members()[0]?.properties.keys() ?? [])], [200]);
    assert.equal(short.header('Preference-Applied'), 'return=minimal');
    const empty = await ask('<D:nothing/>', 'return=minimal');
    assert.deepEqual([...(empty.members()[0]?.properties.get(200)?.keys() ?? ['none'])], []);
  });

  test('depth-noroot leaves out the collection itself, and means nothing with Depth 0', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const ask = (depth: string) =>
      site.ask('PROPFIND', '/docs', { headers: { depth, prefer: 'depth-noroot' } });
    const one = await ask('1');
    assert.deepEqual(
      one.members().map(({ href }) => href),
      ['/docs/file'],
    );
    assert.equal(one.header('Preference-Applied'), 'depth-noroot');
    const zero = await ask('0');
    assert.deepEqual(
      zero.members().map(({ href }) => href),
      ['/docs/'],
    );
    assert.equal(zero.header('Preference-Applied'), undefined);
  });

  test('return=minimal shortens a PROPPATCH that succeeds, and only that', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const patch = (property: string) =>
      site.ask('PROPPATCH', '/docs/file', {
        headers: { prefer: 'return=minimal' },
        body: propertyUpdate(`<D:set><D:prop>${property}</D:prop></D:set>`),
      });
    const done = await patch('<p xmlns="x:">v</p>');
    assert.deepEqual([done.status, done.text], [204, '']);
    assert.equal(done.header('Preference-Applied'), 'return=minimal');
    assert.equal((await site.property('/docs/file', '{x:}p'))?.text, 'v');
    const refused = await patch('<D:getetag>x</D:getetag>');
    assert.equal(refused.status, 207);
    assert.equal(refused.header('Preference-Applied'), undefined);
  });

  test('allprop with include also tells what is missing of that, once', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const body =
      '<D:propfind xmlns:D="DAV:"><D:allprop/><D:include><D:getetag/><D:nothing/></D:include></D:propfind>';
    const answer = await site.ask('PROPFIND', '/docs/file', { headers: { depth: '0' }, body });
    const [member] = answer.members();
    assert.ok(member?.properties.get(200)?.has('{DAV:}getetag'));
    assert.deepEqual([...(member?.properties.get(404)?.keys() ?? [])], ['{DAV:}nothing']);
    assert.equal(answer.text.match(/<D:getetag>/g)?.length, 1);
  });
});
