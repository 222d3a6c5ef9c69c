import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { davSite, propertyUpdate, propfindBody, type DavSite } from '../dav-site.js';
import type { MemberAnswer, Node } from '../xml-tree.js';

async function withFile(t: TestContext): Promise<DavSite> {
  const site = await davSite(t);
  await site.put('/docs/file');
  return site;
}

async function patch(site: DavSite, instructions: string): Promise<MemberAnswer | undefined> {
  const answer = await site.ask('PROPPATCH', '/docs/file', { body: propertyUpdate(instructions) });
  const [member, ...others] = answer.members();
  assert.equal(others.length, 0);
  assert.equal(member?.href, '/docs/file');
  return member;
}

/** Property names by the status that they are told with. */
function outcome(member: MemberAnswer | undefined): Record<number, string[]> {
  const statuses = [...(member?.properties ?? [])];
  return Object.fromEntries(statuses.map(([status, properties]) => [status, [...properties.keys()].sort()]));
}

const set = (properties: string): string => `<D:set><D:prop>${properties}</D:prop></D:set>`;
const remove = (properties: string): string => `<D:remove><D:prop>${properties}</D:prop></D:remove>`;

describe('PROPPATCH', () => {
  test('sets what PROPFIND then tells, and removes it again', async (t) => {
    const site = await withFile(t);
    const both = '<a xmlns="x:">1</a><b xmlns="y:">2</b>';
    assert.deepEqual(outcome(await patch(site, set(both))), { 200: ['{x:}a', '{y:}b'] });
    assert.equal((await site.property('/docs/file', '{x:}a'))?.text, '1');
    assert.equal((await site.property('/docs/file', '{y:}b'))?.text, '2');
    assert.deepEqual(outcome(await patch(site, remove('<a xmlns="x:"/>'))), { 200: ['{x:}a'] });
    assert.equal(await site.property('/docs/file', '{x:}a'), undefined);
    assert.equal((await site.property('/docs/file', '{y:}b'))?.text, '2');
  });

  test('answers with names alone', async (t) => {
    const site = await withFile(t);
    const member = await patch(site, set('<a xmlns="x:" b="c">secret<d/></a>'));
    const property = member?.properties.get(200)?.get('{x:}a');
    assert.deepEqual(property, { name: '{x:}a', attributes: {}, elements: [], text: '' });
  });

  test('of a property that is not there to be removed is 200', async (t) => {
    const site = await withFile(t);
    assert.deepEqual(outcome(await patch(site, remove('<a xmlns="x:"/>'))), { 200: ['{x:}a'] });
  });

  const orders: readonly [string, string, string | undefined][] = [
    ['set, remove', set('<p xmlns="x:">1</p>') + remove('<p xmlns="x:"/>'), undefined],
    ['remove, set', remove('<p xmlns="x:"/>') + set('<p xmlns="x:">2</p>'), '2'],
    ['set, set', set('<p xmlns="x:">1</p>') + set('<p xmlns="x:">2</p>'), '2'],
    ['set twice in one prop', set('<p xmlns="x:">1</p><p xmlns="x:">2</p>'), '2'],
    [
      'set, remove, set',
      set('<p xmlns="x:">1</p>') + remove('<p xmlns="x:"/>') + set('<p xmlns="x:">3</p>'),
      '3',
    ],
    [
      'two props in one set',
      '<D:set><D:prop><p xmlns="x:">1</p></D:prop><D:prop><p xmlns="x:">2</p></D:prop></D:set>',
      '2',
    ],
  ];
  for (const [what, instructions, expected] of orders) {
    test(`does as told in the order of the document: ${what}`, async (t) => {
      const site = await withFile(t);
      await site.mark('/docs/file');
      assert.deepEqual(outcome(await patch(site, instructions)), { 200: ['{x:}p'] });
      assert.equal(await site.markAt('/docs/file'), expected);
    });
  }

  test('works on a collection and on a share of either kind', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder', '/attic/folder');
    const places = ['/docs', '/docs/folder/', '/attic', '/attic/folder'];
    await site.mark(...places);
    for (const place of places) assert.equal(await site.markAt(place), place);
  });

  test('of nothing is 404, and leaves nothing for who comes later', async (t) => {
    const site = await davSite(t);
    const body = propertyUpdate(set('<p xmlns="x:">1</p>'));
    assert.equal((await site.ask('PROPPATCH', '/docs/file', { body })).status, 404);
    await site.put('/docs/file');
    assert.equal(await site.markAt('/docs/file'), undefined);
  });

  test('minds conditions', async (t) => {
    const site = await withFile(t);
    const body = propertyUpdate(set('<p xmlns="x:">1</p>'));
    const answer = await site.ask('PROPPATCH', '/docs/file', { body, headers: { 'if-match': '"other"' } });
    assert.equal(answer.status, 412);
    assert.equal(await site.markAt('/docs/file'), undefined);
  });

  const bad: readonly [string, string][] = [
    ['no body', ''],
    ['another element', propfindBody('<D:allprop/>')],
    ['no instruction', propertyUpdate('')],
    ['no property', propertyUpdate(set(''))],
    ['instructions of another namespace', propertyUpdate('<set xmlns="x:"><prop><p/></prop></set>')],
    ['a broken document', propertyUpdate('<D:set>')],
  ];
  for (const [what, body] of bad) {
    test(`with ${what} is 400`, async (t) => {
      const site = await withFile(t);
      assert.equal((await site.ask('PROPPATCH', '/docs/file', { body })).status, 400);
    });
  }
});

describe('PROPPATCH of a protected property', () => {
  const guarded = [
    'creationdate',
    'getcontentlength',
    'getcontenttype',
    'getetag',
    'getlastmodified',
    'resourcetype',
    'lockdiscovery',
    'supportedlock',
  ];
  for (const name of guarded) {
    test(`${name} is 403, the others 424, and nothing changes`, async (t) => {
      const site = await withFile(t);
      await site.mark('/docs/file');
      const before = await site.property('/docs/file', `{DAV:}${name}`);
      for (const instruction of [set, remove]) {
        const member = await patch(
          site,
          `${set('<p xmlns="x:">new</p>')}${instruction(`<D:${name}>1</D:${name}>`)}${set('<q xmlns="x:">1</q>')}`,
        );
        assert.deepEqual(outcome(member), { 403: [`{DAV:}${name}`], 424: ['{x:}p', '{x:}q'] });
        assert.equal(member?.condition, '{DAV:}cannot-modify-protected-property');
      }
      assert.equal(await site.markAt('/docs/file'), '/docs/file');
      assert.equal(await site.property('/docs/file', '{x:}q'), undefined);
      assert.deepEqual(await site.property('/docs/file', `{DAV:}${name}`), before);
    });
  }

  test('alone is 403 and nothing else', async (t) => {
    const site = await withFile(t);
    assert.deepEqual(outcome(await patch(site, set('<D:getetag>"mine"</D:getetag>'))), {
      403: ['{DAV:}getetag'],
    });
  });

  test('is one of DAV: only', async (t) => {
    const site = await withFile(t);
    assert.deepEqual(outcome(await patch(site, set('<getetag xmlns="x:">mine</getetag>'))), {
      200: ['{x:}getetag'],
    });
    assert.deepEqual(outcome(await patch(site, set('<D:displayname>mine</D:displayname>'))), {
      200: ['{DAV:}displayname'],
    });
    assert.equal((await site.property('/docs/file', '{DAV:}displayname'))?.text, 'mine');
  });
});

describe('a property comes back as it was set', () => {
  const values: readonly [string, string, Node][] = [
    [
      'non-ASCII text',
      '<p xmlns="x:">\u00e4 \u65e5\u672c \u{1f600}\u{10ffff}</p>',
      node('{x:}p', '\u00e4 \u65e5\u672c \u{1f600}\u{10ffff}'),
    ],
    [
      'text with references',
      '<p xmlns="x:">&lt;&amp;&gt;&#x1F600;&#13;</p>',
      node('{x:}p', '<&>\u{1f600}\r'),
    ],
    [
      'text with CDATA and a comment',
      '<p xmlns="x:">a<![CDATA[<b>&]]]]><!-- c -->&gt;</p>',
      node('{x:}p', 'a<b>&]]>'),
    ],
    ['white space', '<p xmlns="x:">  a\n\tb  </p>', node('{x:}p', '  a\n\tb  ')],
    ['nothing', '<p xmlns="x:"></p>', node('{x:}p', '')],
    ['a name of no namespace', '<bare xmlns="">v</bare>', node('{}bare', 'v')],
    [
      'a name that is not ASCII',
      '<gr\u00fc\u00dfe xmlns="urn:\u00e4">v</gr\u00fc\u00dfe>',
      node('{urn:\u00e4}gr\u00fc\u00dfe', 'v'),
    ],
    ['a namespace that needs escapes', '<p xmlns="x:?a&amp;b=&quot;&lt;}">v</p>', node('{x:?a&b="<}}p', 'v')],
    [
      'nested elements of several namespaces',
      '<a:p xmlns:a="x:" xmlns:b="y:"><b:c><D:href>/x</D:href><d xmlns="">t</d></b:c><a:e/></a:p>',
      node('{x:}p', '', [node('{y:}c', '', [node('{DAV:}href', '/x'), node('{}d', 't')]), node('{x:}e', '')]),
    ],
    [
      'attributes, plain and with namespaces',
      '<p xmlns="x:" xmlns:b="y:" one="1 &quot;&lt;&#10;" b:one="2" xml:space="preserve"/>',
      node('{x:}p', '', [], {
        '{}one': '1 "<\n',
        '{y:}one': '2',
        '{http://www.w3.org/XML/1998/namespace}space': 'preserve',
      }),
    ],
    [
      'a prefix that means another namespace further in',
      '<a:p xmlns:a="x:"><a:p xmlns:a="y:"><a:p xmlns:a="x:"/></a:p></a:p>',
      node('{x:}p', '', [node('{y:}p', '', [node('{x:}p', '')])]),
    ],
    ['a prefix D that is not DAV:', '<D:p xmlns:D="x:"><D:q/></D:p>', node('{x:}p', '', [node('{x:}q', '')])],
  ];
  for (const [what, property, expected] of values) {
    test(what, async (t) => {
      const site = await withFile(t);
      assert.deepEqual(outcome(await patch(site, set(property))), { 200: [expected.name] });
      assert.deepEqual(await site.property('/docs/file', expected.name), expected);
      const body = propfindBody('<D:propname/>');
      const [member] = (
        await site.ask('PROPFIND', '/docs/file', { headers: { depth: '0' }, body })
      ).members();
      assert.ok(member?.properties.get(200)?.has(expected.name));
      assert.equal((await site.ask('COPY', '/docs/file', { to: '/attic/copy' })).status, 201);
      assert.deepEqual(await site.property('/attic/copy', expected.name), expected);
    });
  }

  const language = '{http://www.w3.org/XML/1998/namespace}lang';
  const languages: readonly [string, string, string | undefined][] = [
    ['on the property', '<D:set><D:prop><p xmlns="x:" xml:lang="de">v</p></D:prop></D:set>', 'de'],
    ['on prop', '<D:set><D:prop xml:lang="de"><p xmlns="x:">v</p></D:prop></D:set>', 'de'],
    ['on set', '<D:set xml:lang="de"><D:prop><p xmlns="x:">v</p></D:prop></D:set>', 'de'],
    [
      'nearest',
      '<D:set xml:lang="de"><D:prop xml:lang="fr"><p xmlns="x:" xml:lang="it">v</p></D:prop></D:set>',
      'it',
    ],
    ['taken back', '<D:set xml:lang="de"><D:prop xml:lang=""><p xmlns="x:">v</p></D:prop></D:set>', ''],
    ['nowhere', '<D:set><D:prop><p xmlns="x:">v</p></D:prop></D:set>', undefined],
    ['on another', '<D:set><D:prop xml:lang="de"/><D:prop><p xmlns="x:">v</p></D:prop></D:set>', undefined],
  ];
  for (const [what, instructions, expected] of languages) {
    test(`with the xml:lang that it was set in: ${what}`, async (t) => {
      const site = await withFile(t);
      await patch(site, instructions);
      assert.equal((await site.property('/docs/file', '{x:}p'))?.attributes[language], expected);
    });
  }

  test('with the xml:lang of the whole document', async (t) => {
    const site = await withFile(t);
    const body = `<D:propertyupdate xmlns:D="DAV:" xml:lang="en-GB">${set('<p xmlns="x:">v</p>')}</D:propertyupdate>`;
    await site.ask('PROPPATCH', '/docs/file', { body });
    assert.equal((await site.property('/docs/file', '{x:}p'))?.attributes[language], 'en-GB');
  });

  test('although its namespaces were declared on the document', async (t) => {
    const site = await withFile(t);
    const body =
      '<propertyupdate xmlns="DAV:" xmlns:a="x:"><set><prop><a:p><inner/></a:p><own/></prop></set></propertyupdate>';
    await site.ask('PROPPATCH', '/docs/file', { body });
    assert.deepEqual(
      await site.property('/docs/file', '{x:}p'),
      node('{x:}p', '', [node('{DAV:}inner', '')]),
    );
    assert.deepEqual(await site.property('/docs/file', '{DAV:}own'), node('{DAV:}own', ''));
  });
});

function node(
  name: string,
  text: string,
  elements: readonly Node[] = [],
  attributes: Readonly<Record<string, string>> = {},
): Node {
  return { name, attributes, elements, text };
}
