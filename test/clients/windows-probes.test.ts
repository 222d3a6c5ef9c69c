import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

const explorerAgent = 'Microsoft-WebDAV-MiniRedir/10.0.19045';
const officeAgents = ['Microsoft Office Existence Discovery', 'Microsoft Office Protocol Discovery'];

describe('Windows Explorer, before it mounts', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let stranger: DavClient;
  let explorer: DavClient;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.stripDomain = true;
    });
    stranger = new DavClient(davgate, undefined, explorerAgent);
    explorer = new DavClient(davgate, 'alice', explorerAgent);
  });
  after(() => davgate.dispose());

  it('asks OPTIONS / without credentials and is told of WebDAV, not sent to a login page', async () => {
    for (const headers of [{ Translate: 'f' }, {}]) {
      const answer = await stranger.ask('OPTIONS', '/', { headers });
      assert.deepEqual(
        [answer.status, answer.headers['ms-author-via'], answer.headers.location],
        [200, 'DAV', undefined],
      );
      assert.match(answer.headers.dav ?? '', /^1, 2, 3(,|$)/);
      assert.equal(answer.text, '');
    }
  });

  it('is asked for its password by Basic on the share, and three such 401 are no failed logins', async () => {
    for (const method of ['OPTIONS', 'PROPFIND', 'PROPFIND']) {
      const { status, headers } = await stranger.ask(method, '/docs/', { headers: { Depth: '0' } });
      assert.equal(status, 401);
      assert.match(headers['www-authenticate'] ?? '', /^Basic /i);
    }
    assert.equal(await explorer.status('PROPFIND', '/docs/', { headers: { Depth: '0' } }), 207);
    await davgate.logged(({ method, status }) => method === 'PROPFIND' && status === 207);
    assert.deepEqual(
      davgate.log.filter(({ event }) => event === 'login-refused'),
      [],
    );
  });

  it('finds a folder without its slash, and lists it in place', async () => {
    for (const path of ['/docs', '/docs/Minutes']) {
      const { status, headers, text } = await explorer.ask('PROPFIND', path, { headers: { Depth: '1' } });
      assert.deepEqual([status, headers.location], [207, undefined]);
      assert.ok(text.includes(`<D:href>${path}/</D:href>`));
      assert.ok((text.match(/<D:response>/g)?.length ?? 0) > 1);
    }
  });

  it('gets the same bytes with Translate: f and without', async () => {
    const plain = await explorer.ask('GET', '/docs/Handbook.md');
    for (const value of ['f', 'F', 't', 'anything']) {
      const translated = await explorer.ask('GET', '/docs/Handbook.md', { headers: { Translate: value } });
      assert.deepEqual([translated.status, translated.text], [200, plain.text]);
    }
  });

  it('may name the user with his domain, by a backslash, where stripDomain is set', async () => {
    for (const domain of ['OFFICE', 'office.example.org', '.']) {
      const user = `${domain}\\alice:alice-demo`;
      assert.equal((await curl(`${davgate.url}/docs/`, ['--head', '--user', user])).status, 200, domain);
    }
    const wrong = await curl(`${davgate.url}/docs/`, ['--head', '--user', 'OFFICE\\alice:wrong']);
    assert.equal(wrong.status, 401);
  });

  it('writes names with every mark that Windows has, and reads each href back as one', async () => {
    const names = [
      '100% done.txt',
      'a#b.txt',
      'a+b & c.txt',
      "it's [1] {2}.txt",
      'Größe €.txt',
      'a;b=c,d@e!$.txt',
      '~$letter.docx',
      // These Windows cannot show, and others may have written.
      'what? <a> "b" *|:.txt',
    ];
    assert.equal(await explorer.status('MKCOL', '/docs/names'), 201);
    for (const name of names)
      assert.equal(
        await explorer.status('PUT', `/docs/names/${encodeURIComponent(name)}`, { body: name }),
        201,
        name,
      );
    const { text } = await explorer.ask('PROPFIND', '/docs/names', { headers: { Depth: '1' } });
    const hrefs = [...text.matchAll(/<D:href>([^<]*)<\/D:href>/g)].map(([, href = '']) => href);
    for (const href of hrefs) assert.match(href, /^[\x21-\x7e]+$/, 'Only ASCII stands in an href.');
    const files = hrefs.filter((href) => !href.endsWith('/'));
    assert.deepEqual(
      files.map((href) => decodeURIComponent(href.replaceAll('&amp;', '&'))).sort(),
      names.map((name) => `/docs/names/${name}`).sort(),
    );
    for (const href of files) {
      const path = href.replaceAll('&amp;', '&');
      assert.equal(
        (await explorer.ask('GET', path)).text,
        decodeURIComponent(path).slice('/docs/names/'.length),
      );
    }
  });

  for (const agent of officeAgents) {
    it(`leaves ${agent} its HEAD and OPTIONS of the folder and of the file`, async () => {
      const discovery = new DavClient(davgate, 'alice', agent);
      for (const path of ['/docs', '/docs/', '/docs/Handbook.md']) {
        assert.equal(await discovery.status('HEAD', path), 200, path);
        const { status, headers } = await discovery.ask('OPTIONS', path);
        assert.deepEqual([status, headers['ms-author-via']], [200, 'DAV'], path);
        for (const method of ['LOCK', 'PUT', 'PROPFIND'].filter(
          (name) => name !== 'PUT' || path.endsWith('.md'),
        ))
          assert.ok(headers.allow?.split(/,\s*/).includes(method), `${method} ${path}`);
      }
      const unknown = new DavClient(davgate, undefined, agent);
      assert.equal(await unknown.status('HEAD', '/docs/Handbook.md'), 401);
    });
  }
});

describe('Windows Explorer without stripDomain', () => {
  it('does not sign in as the user of that name in any domain', async () => {
    const davgate = await sampleDavgate();
    try {
      const { status } = await curl(`${davgate.url}/docs/`, ['--head', '--user', 'OFFICE\\alice:alice-demo']);
      assert.equal(status, 401);
    } finally {
      await davgate.dispose();
    }
  });
});
