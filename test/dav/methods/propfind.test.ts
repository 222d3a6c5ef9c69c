import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { bytesOf } from '../../contracts/bodies.js';
import { openBelow } from '../../contracts/descriptors.js';
import { oddNames } from '../../contracts/storage-contract.js';
import { davSite, propertyUpdate, propfindBody, type DavSite } from '../dav-site.js';
import { readMultistatus, type MemberAnswer } from '../xml-tree.js';

const liveOfFile = [
  'creationdate',
  'getcontentlength',
  'getcontenttype',
  'getetag',
  'getlastmodified',
  'lockdiscovery',
  'resourcetype',
  'supportedlock',
];
const liveOfCollection = [
  'creationdate',
  'getetag',
  'getlastmodified',
  'lockdiscovery',
  'resourcetype',
  'supportedlock',
];
const davNames = (names: readonly string[]): string[] => names.map((name) => `{DAV:}${name}`);

/** A file and a folder in `/docs/folder`, the file with a property. */
async function furnished(t: TestContext): Promise<DavSite> {
  const site = await davSite(t);
  await site.mkcol('/docs/folder', '/docs/folder/sub', '/docs/folder/sub/deep');
  await site.put('/docs/folder/note.txt', 'hello');
  await site.mark('/docs/folder/note.txt');
  return site;
}

async function find(site: DavSite, path: string, depth: string, body = ''): Promise<MemberAnswer[]> {
  const answer = await site.ask('PROPFIND', path, { headers: { depth }, body });
  assert.match(answer.header('Content-Type') ?? '', /^application\/xml; charset=utf-8$/);
  assert.equal(answer.header('Content-Length'), String(Buffer.byteLength(answer.text)));
  return answer.members();
}

function hrefs(members: readonly MemberAnswer[]): string[] {
  return members.map(({ href }) => href).sort();
}

function names(member: MemberAnswer | undefined, status = 200): string[] {
  return [...(member?.properties.get(status)?.keys() ?? [])].sort();
}

describe('PROPFIND goes as deep as Depth says', () => {
  const outcomes: readonly [string, string | undefined, readonly string[]][] = [
    ['/docs/folder', '0', ['/docs/folder/']],
    ['/docs/folder', '1', ['/docs/folder/', '/docs/folder/note.txt', '/docs/folder/sub/']],
    ['/docs/folder/', '1', ['/docs/folder/', '/docs/folder/note.txt', '/docs/folder/sub/']],
    ['/docs/folder/sub/deep', '1', ['/docs/folder/sub/deep/']],
    ['/docs', '1', ['/docs/', '/docs/folder/']],
    ['/attic', '1', ['/attic/']],
    ['/docs/folder/note.txt', '0', ['/docs/folder/note.txt']],
    ['/docs/folder/note.txt', '1', ['/docs/folder/note.txt']],
    ['/docs/folder/note.txt', 'infinity', ['/docs/folder/note.txt']],
    ['/docs/folder/note.txt', undefined, ['/docs/folder/note.txt']],
  ];
  for (const [path, depth, expected] of outcomes) {
    test(`${path} with Depth ${String(depth)}`, async (t) => {
      const site = await furnished(t);
      const answer = await site.ask('PROPFIND', path, { headers: { depth } });
      assert.deepEqual(hrefs(answer.members()), expected);
      assert.equal(answer.members()[0]?.href, expected[0], 'the resource itself comes first');
    });
  }

  test('of a collection is 403 with propfind-finite-depth where it is missing or infinity', async (t) => {
    const site = await furnished(t);
    for (const depth of [undefined, 'infinity', 'Infinity', ' infinity']) {
      const answer = await site.ask('PROPFIND', '/docs/folder', { headers: { depth } });
      assert.deepEqual([answer.status, answer.condition], [403, 'propfind-finite-depth']);
    }
  });

  test('that is odd is 400', async (t) => {
    const site = await furnished(t);
    for (const depth of ['2', '-1', '1,infinity', '0 1', 'infinity,noroot', '']) {
      assert.equal((await site.ask('PROPFIND', '/docs/folder', { headers: { depth } })).status, 400, depth);
    }
  });

  test('of nothing is 404', async (t) => {
    const site = await furnished(t);
    for (const path of ['/docs/missing', '/docs/folder/note.txt/below', '/attic/missing']) {
      for (const depth of ['0', '1', 'infinity']) {
        assert.equal((await site.ask('PROPFIND', path, { headers: { depth } })).status, 404, path);
      }
    }
  });
});

describe('PROPFIND tells', () => {
  for (const body of [
    '',
    propfindBody('<D:allprop/>'),
    propfindBody('<D:allprop/><D:include><D:getetag/></D:include>'),
  ]) {
    test(`all properties for ${body === '' ? 'no body' : body.slice(-80)}`, async (t) => {
      const site = await furnished(t);
      const [folder, ...members] = await find(site, '/docs/folder', '1', body);
      const file = members.find(({ href }) => href.endsWith('.txt'));
      assert.deepEqual(names(folder), davNames(liveOfCollection));
      assert.deepEqual(names(file), [...davNames(liveOfFile), '{x:}p'].sort());
      assert.equal(file?.properties.size, 1);
      assert.equal(file.properties.get(200)?.get('{x:}p')?.text, '/docs/folder/note.txt');
    });
  }

  test('what each live property is worth', async (t) => {
    const site = await furnished(t);
    const [file] = await find(site, '/docs/folder/note.txt', '0');
    const value = (name: string) => file?.properties.get(200)?.get(`{DAV:}${name}`);
    assert.equal(value('getcontentlength')?.text, '5');
    assert.equal(value('getcontenttype')?.text, 'text/plain; charset=utf-8');
    assert.deepEqual(value('resourcetype')?.elements, []);
    assert.match(value('creationdate')?.text ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const get = await site.ask('HEAD', '/docs/folder/note.txt');
    assert.equal(value('getetag')?.text, get.header('ETag'));
    assert.equal(value('getlastmodified')?.text, get.header('Last-Modified'));
    const type = await site.property('/docs/folder', '{DAV:}resourcetype');
    assert.deepEqual(
      type?.elements.map(({ name }) => name),
      ['{DAV:}collection'],
    );
  });

  test('only names for propname', async (t) => {
    const site = await furnished(t);
    const members = await find(site, '/docs/folder', '1', propfindBody('<D:propname/>'));
    const file = members.find(({ href }) => href.endsWith('.txt'));
    assert.deepEqual(names(file), [...davNames(liveOfFile), '{x:}p'].sort());
    assert.deepEqual(names(members[0]), davNames(liveOfCollection));
    for (const member of members) {
      for (const property of member.properties.get(200)?.values() ?? []) {
        assert.deepEqual([property.text, property.elements], ['', []], property.name);
      }
    }
  });

  test('what was asked for with 200, and the rest with 404', async (t) => {
    const site = await furnished(t);
    const asked =
      '<D:getetag/><D:displayname/><p xmlns="x:"/><p xmlns="y:"/><P xmlns="x:"/><bare xmlns=""/><D:getcontentlanguage/>';
    const [file] = await find(site, '/docs/folder/note.txt', '0', propfindBody(`<D:prop>${asked}</D:prop>`));
    assert.deepEqual(names(file, 200), ['{DAV:}getetag', '{x:}p']);
    assert.deepEqual(names(file, 404), [
      '{DAV:}displayname',
      '{DAV:}getcontentlanguage',
      '{x:}P',
      '{y:}p',
      '{}bare',
    ]);
    for (const missing of file?.properties.get(404)?.values() ?? []) {
      assert.deepEqual([missing.text, missing.elements], ['', []]);
    }
  });

  test('no length of a collection, and each name once', async (t) => {
    const site = await furnished(t);
    const asked = propfindBody(
      '<D:prop><D:getcontentlength/><D:getetag/><D:getetag/><D:resourcetype/></D:prop>',
    );
    const [folder] = await find(site, '/docs/folder', '0', asked);
    assert.deepEqual(names(folder, 200), ['{DAV:}getetag', '{DAV:}resourcetype']);
    assert.deepEqual(names(folder, 404), ['{DAV:}getcontentlength']);
  });

  test('one empty propstat where nothing is asked for', async (t) => {
    const site = await furnished(t);
    const [folder] = await find(site, '/docs/folder', '0', propfindBody('<D:prop/>'));
    assert.deepEqual([...(folder?.properties ?? [])], [[200, new Map()]]);
  });

  test('a member\u2019s properties beside that member and no other', async (t) => {
    const site = await furnished(t);
    await site.mark('/docs/folder', '/docs/folder/sub', '/docs/folder/sub/deep');
    for (const { href, properties } of await find(site, '/docs/folder', '1')) {
      const path = href.replace(/\/$/, '');
      assert.equal(properties.get(200)?.get('{x:}p')?.text, path);
    }
  });
});

describe('PROPFIND answers', () => {
  const refused: readonly [string, string][] = [
    ['another element', '<D:propertyupdate xmlns:D="DAV:"/>'],
    ['propfind of no namespace', '<propfind><allprop/></propfind>'],
    ['an empty propfind', propfindBody('')],
    ['two questions', propfindBody('<D:allprop/><D:propname/>')],
    ['two props', propfindBody('<D:prop><D:a/></D:prop><D:prop><D:b/></D:prop>')],
    ['a question of another namespace', propfindBody('<allprop xmlns="x:"/>')],
  ];
  for (const [what, body] of refused) {
    test(`${what} with 400`, async (t) => {
      const site = await furnished(t);
      const answer = await site.ask('PROPFIND', '/docs/folder', { headers: { depth: '0' }, body });
      assert.equal(answer.status, 400);
    });
  }

  test('as ever where unknown elements stand beside the question', async (t) => {
    const site = await furnished(t);
    const body = propfindBody('<x xmlns="x:">y</x> <D:prop> <D:getetag/> </D:prop>\n<D:future/>');
    const [file] = await find(site, '/docs/folder/note.txt', '0', body);
    assert.deepEqual(names(file), ['{DAV:}getetag']);
  });
});

describe('PROPFIND writes hrefs', () => {
  test('percent-encoded with uppercase digits, so that each leads to its member again', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/d\u00e4 &<>%');
    for (const name of oddNames) await site.put(`/docs/d\u00e4 &<>%/${name}`, name);
    const members = await find(
      site,
      '/docs/d\u00e4 &<>%',
      '1',
      propfindBody('<D:prop><D:getcontentlength/></D:prop>'),
    );
    const folder = '/docs/d%C3%A4%20%26%3C%3E%25/';
    assert.deepEqual(hrefs(members), [folder, ...oddNames.map((name) => folder + strict(name))].sort());
    for (const { href } of members) {
      assert.match(href, /^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})+$/);
      if (href !== folder)
        assert.equal(
          await site.text(decodeURIComponent(href)),
          decodeURIComponent(href.slice(folder.length)),
        );
    }
  });

  test('of collections with a slash', async (t) => {
    const site = await furnished(t);
    for (const path of ['/docs', '/docs/', '/docs/folder/sub', '/docs/folder/sub/']) {
      const [member] = await find(site, path, '0');
      assert.equal(member?.href, path.endsWith('/') ? path : `${path}/`);
    }
  });
});

describe('PROPFIND keeps secret what the user may not know of', () => {
  test('and asks about each member by its path in the share', async (t) => {
    const site = await furnished(t);
    await site.put('/docs/folder/secret', 'secret');
    await site.mark('/docs/folder/secret');
    const asked: string[] = [];
    const mayRead = (path: string): boolean => {
      asked.push(path);
      return path !== '/folder/secret';
    };
    const answer = await site.ask('PROPFIND', '/docs/folder', { headers: { depth: '1' }, mayRead });
    assert.deepEqual(hrefs(answer.members()), [
      '/docs/folder/',
      '/docs/folder/note.txt',
      '/docs/folder/sub/',
    ]);
    assert.ok(!answer.text.includes('secret'));
    assert.deepEqual(asked.sort(), ['/folder/note.txt', '/folder/secret', '/folder/sub']);
  });
});

describe('PROPFIND of a folder with 5,000 members', () => {
  const count = 5000;

  async function crowded(t: TestContext): Promise<DavSite> {
    const site = await davSite(t);
    for (let index = 0; index < count; index += 1) {
      writeFileSync(join(site.folder, `${index} & more <\u00e4>`), String(index));
    }
    const awkward = propertyUpdate(
      '<D:set><D:prop><p xmlns="x:">a &amp; b ]]&gt; \u{1f600}</p></D:prop></D:set>',
    );
    await site.ask('PROPPATCH', '/docs/2500 & more <\u00e4>', { body: awkward });
    return site;
  }

  test('is streamed, well-formed and complete', async (t) => {
    const site = await crowded(t);
    const response = await site.respond('PROPFIND', '/docs', { headers: { depth: '1' } });
    assert.equal(response.status, 207);
    assert.ok(response.body instanceof Readable);
    assert.ok(!response.headers.some(([name]) => name === 'Content-Length'));
    const members = readMultistatus((await bytesOf(response.body)).toString());
    assert.equal(members.length, count + 1);
    const expected = Array.from(
      { length: count },
      (_, index) => `/docs/${index}%20%26%20more%20%3C%C3%A4%3E`,
    );
    assert.deepEqual(hrefs(members), ['/docs/', ...expected].sort());
    const marked = members.filter(({ properties }) => properties.get(200)?.has('{x:}p') === true);
    assert.deepEqual(hrefs(marked), ['/docs/2500%20%26%20more%20%3C%C3%A4%3E']);
    assert.equal(marked[0]?.properties.get(200)?.get('{x:}p')?.text, 'a & b ]]> \u{1f600}');
    assert.deepEqual(openBelow(site.folder), []);
  });

  for (const moment of ['unread', 'in the middle']) {
    test(`that is abandoned ${moment} lets go of the folder`, async (t) => {
      const site = await crowded(t);
      const { body } = await site.respond('PROPFIND', '/docs', { headers: { depth: '1' } });
      assert.ok(body instanceof Readable);
      if (moment === 'in the middle') {
        body.resume();
        await once(body, 'data');
      }
      body.destroy();
      await once(body, 'close');
      for (let turns = 0; turns < 100 && openBelow(site.folder).length > 0; turns += 1) {
        await new Promise(setImmediate);
      }
      assert.deepEqual(openBelow(site.folder), []);
    });
  }
});

/** Percent-encodes what RFC 3986 does not let stand, which is more than encodeURIComponent does. */
function strict(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
