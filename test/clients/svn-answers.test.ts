import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';

/** Media types that users gave to files, and what is made of them: `bytes` where they are none. */
const types = {
  'text/plain; x=x, text/html': 'bytes',
  'text/plain; charset=utf-8; charset=utf-8': 'bytes',
  'text/xsl': 'sandboxed',
  'text/html': 'sandboxed',
  'image/svg+xml': 'sandboxed',
  'video/x+xml': 'sandboxed',
  'multipart/x-mixed-replace; boundary=x': 'sandboxed',
  'text/plain': 'inert',
  'image/png': 'inert',
  'application/pdf': 'inert',
} as const;

describe('what Apache answers, as a browser and a cache get it', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      assert.ok(Array.isArray(declaration.shares));
      const shares: unknown[] = declaration.shares;
      declaration.shares = shares.map((share) =>
        typeof share === 'object' && share !== null && 'repositories' in share
          ? { ...share, autoversioning: true }
          : share,
      );
    });
    folder = await mkdtemp(join(tmpdir(), 'davgate-answers-'));
    const copy = join(folder, 'copy');
    await run('svn', ['checkout', '-q', ...svnLogin, `${davgate.url}/svn/sample/trunk`, copy]);
    for (const [index, type] of Object.keys(types).entries()) {
      const file = join(copy, `file-${index}`);
      await writeFile(file, '<script>1</script>');
      await run('svn', ['add', '-q', file]);
      await run('svn', ['propset', '-q', 'svn:mime-type', type, file]);
    }
    await run('svn', ['commit', '-q', '-m', 'Files of all types', ...svnLogin, copy]);
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const svnLogin = [
    '--username',
    'alice',
    '--password',
    'alice-demo',
    '--no-auth-cache',
    '--non-interactive',
  ];
  const ask = (path: string, ...args: string[]) =>
    curl(`${davgate.url}/svn/sample/${path}`, ['--user', login('alice'), ...args]);

  const kindOf = ({ headers }: Awaited<ReturnType<typeof ask>>): string => {
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    const sandboxed = headers.get('content-security-policy')?.startsWith('sandbox; ') === true;
    const type = headers.get('content-type');
    return sandboxed ? 'sandboxed' : type === 'application/octet-stream' ? 'bytes' : 'inert';
  };

  for (const [index, [type, expected]] of Object.entries(types).entries()) {
    it(`a file that its user calls ${type} is ${expected}`, async () => {
      const path = `trunk/file-${index}`;
      const head = Number(await run('svnlook', ['youngest', join(davgate.folder, 'svn', 'sample')]));
      for (const [asked, ...args] of [
        [path],
        [path, '--head'],
        [path, '--header', 'Range: bytes=1-3'],
        [`${path}?p=${head}`],
        [`${path}?r=${head}`],
        [`!svn/rvr/${head}/${path}`],
        [`!svn/bc/${head}/${path}`],
      ] as const) {
        const answer = await ask(asked, ...args);
        assert.ok([200, 206].includes(answer.status), `${asked} ${answer.status}`);
        assert.equal(kindOf(answer), expected, `${asked} ${args.join(' ')}`);
      }
      const parts = await ask(path, '--header', 'Range: bytes=1-3,8-9');
      // Apache sends the whole where the parts would be longer.
      assert.equal(kindOf(parts), parts.status === 206 ? 'sandboxed' : expected);
      const etag = (await ask(path)).headers.get('etag') ?? '';
      const again = await ask(path, '--header', `If-None-Match: ${etag}`);
      assert.equal(again.status, 304);
      assert.equal(again.headers.get('x-content-type-options'), 'nosniff');
    });
  }

  it('a type that WebDAV clients set by PUT or PROPPATCH is judged alike', async () => {
    const put = ['--request', 'PUT', '--data', '<script>1</script>'];
    assert.equal((await ask('trunk/put.html', ...put)).status, 201);
    assert.equal(kindOf(await ask('trunk/put.html')), 'sandboxed');
    const notChanged = [
      '--header',
      `If-None-Match: ${(await ask('trunk/put.html')).headers.get('etag') ?? ''}`,
    ];
    assert.equal(kindOf(await ask('trunk/put.html', ...notChanged)), 'sandboxed');
    for (const type of [
      'text/plain; x=x, text/html',
      'text/html\nX-Y: z',
      '\u00e9/x',
      'text/html &#13;&#10;X-Y: z',
    ]) {
      assert.equal((await ask('trunk/put.txt', ...put)).status < 300, true);
      const change = await ask(
        'trunk/put.txt',
        ...['--request', 'PROPPATCH', '--header', 'Content-Type: text/xml', '--data-binary'],
        '<D:propertyupdate xmlns:D="DAV:" xmlns:S="http://subversion.tigris.org/xmlns/svn/"><D:set><D:prop>' +
          `<S:mime-type>${type}</S:mime-type></D:prop></D:set></D:propertyupdate>`,
      );
      assert.equal(change.status, 207);
      const answer = await ask('trunk/put.txt');
      assert.equal(answer.headers.get('x-y'), undefined, type);
      if (kindOf(answer) === 'inert') assert.equal(answer.headers.get('content-type'), 'text/plain', type);
    }
  });

  it('Apache\u2019s own pages are sandboxed, too', async () => {
    for (const path of ['trunk/', '!svn/rvr/1/', 'trunk/?p=1'])
      assert.equal(kindOf(await ask(path)), 'sandboxed', path);
    for (const [path, ...args] of [
      ['none%3Cscript%3E'],
      ['!svn/none'],
      ['trunk?p=none'],
      ['trunk/', '--data', 'x=y'],
    ] as const) {
      const answer = await ask(path, ...args);
      assert.ok(answer.status >= 400, `${path} ${answer.status}`);
      assert.equal(kindOf(answer), 'sandboxed', path);
    }
  });

  it('nothing may be kept by others, and nothing says which Apache it is', async () => {
    const sizes = ['--request', 'PROPFIND', '--header', 'Depth: 1'];
    for (const [path, ...args] of [
      ['trunk/README.md'],
      ['trunk/README.md?p=1'],
      ['!svn/rvr/1/trunk/README.md'],
      ['!svn/rvr/1/trunk/README.md', '--head'],
      ['!svn/bc/1/trunk'],
      ['trunk'],
      ['trunk/', '--request', 'OPTIONS'],
      ['trunk/', ...sizes],
      ['!svn/rvr/1/trunk', ...sizes],
      [
        '!svn/me',
        '--request',
        'POST',
        '--header',
        'Content-Type: application/vnd.svn-skel',
        '--data',
        '( create-txn )',
      ],
      ['none'],
      ['!svn/none'],
      ['trunk/new.txt', '--request', 'PUT', '--data', 'x'],
    ] as const) {
      const { status, headers, body } = await ask(path, ...args);
      const label = `${path} ${args.join(' ')}: ${status}`;
      assert.match(headers.get('cache-control') ?? '', /^(?:private, no-cache|no-store)$/, label);
      for (const name of ['expires', 'pragma', 'server', 'x-powered-by'])
        assert.equal(headers.get(name), undefined, label);
      assert.doesNotMatch(body.toString(), /Apache\/2/, label);
    }
  });

  it('a redirect names no host where none is declared', async () => {
    const { status, headers } = await ask('trunk', '--header', 'Host: evil.example');
    assert.equal(status, 301);
    assert.equal(headers.get('location'), '/svn/sample/trunk/');
    const media = await curl(`${davgate.url}/svn`, [
      '--user',
      login('alice'),
      '--header',
      'Host: evil.example',
    ]);
    assert.deepEqual(
      [media.status, media.headers.get('location'), media.headers.get('cache-control')],
      [301, '/svn/', 'private, no-cache'],
    );
  });

  it('no file is a service worker', async () => {
    for (const path of [
      '/svn/sample/trunk/board.py',
      '/docs/Handbook.md',
      '/media/harbour-evening.png',
      '/scratch/',
    ]) {
      const args = ['--user', login('alice'), '--header', 'Service-Worker: script'];
      assert.equal((await curl(davgate.url + path, args)).status, 403, path);
    }
  });
});
