import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { login, sampleDavgate } from './helpers/davgate.js';
import { run } from './helpers/programs.js';

// As gvfsd-dav and the soup library under it send them.
const agent = 'gvfs/1.50.3';

const installed = [
  '/usr/libexec/gvfsd-dav',
  '/usr/lib/gvfs/gvfsd-dav',
  '/usr/lib/x86_64-linux-gnu/gvfs/gvfsd-dav',
].some((file) => existsSync(file));
const real = installed && existsSync('/usr/bin/gio') && existsSync('/usr/bin/dbus-run-session');

describe(`gvfs, its requests replayed${real ? '' : ', and nothing more, since no gio is installed here'}`, () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let gvfs: DavClient;
  before(async () => {
    davgate = await sampleDavgate();
    gvfs = new DavClient(davgate, 'alice', agent);
  });
  after(() => davgate.dispose());

  /** Sends lines as they stand and reads the status line of the answer. */
  const raw = (...lines: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const credentials = `Authorization: Basic ${Buffer.from(login('alice')).toString('base64')}`;
      const text = [...lines, `Host: 127.0.0.1:${davgate.port}`, credentials, 'Connection: close', '', ''];
      let answer = '';
      connect(davgate.port, '127.0.0.1')
        .on('data', (chunk: Buffer) => (answer += chunk.toString()))
        .once('end', () => {
          resolve(answer.slice(0, answer.indexOf('\r\n')));
        })
        .once('error', reject)
        .write(text.join('\r\n'));
    });

  it('mounts what answers OPTIONS with a DAV header field, never 405, with a slash and without', async () => {
    for (const path of ['/docs', '/docs/', '/docs/Minutes']) {
      const { status, headers } = await gvfs.ask('OPTIONS', path);
      assert.equal(status, 200);
      assert.match(headers.dav ?? '', /^1, 2, 3(,|$)/);
    }
    // It walks up from the mounted folder until the answer is no multistatus with a collection.
    const { status } = await gvfs.ask('PROPFIND', '/docs', { headers: { Depth: '0' } });
    assert.equal(status, 207);
  });

  it('makes a file by HEAD, which says 404, then PUT', async () => {
    assert.equal(await gvfs.status('HEAD', '/docs/new%20file'), 404);
    assert.equal(await gvfs.status('PUT', '/docs/new%20file', { body: 'text' }), 201);
  });

  it('makes an empty file by a PUT without a body and without Content-Length', async () => {
    assert.match(await raw('PUT /docs/bare HTTP/1.1'), /^HTTP\/1\.1 201 /);
    assert.equal((await stat(join(davgate.folder, 'docs', 'bare'))).size, 0);
    assert.match(await raw('PUT /docs/bare HTTP/1.1'), /^HTTP\/1\.1 204 /);
  });

  it('replaces what it has read by If-Match, and nothing that changed since', async () => {
    const { etag = '' } = (await gvfs.ask('HEAD', '/docs/new%20file')).headers;
    const headers = { 'If-Match': etag };
    assert.equal(await gvfs.status('PUT', '/docs/new%20file', { headers, body: 'second' }), 204);
    assert.equal(await gvfs.status('PUT', '/docs/new%20file', { headers, body: 'lost' }), 412);
    assert.equal((await gvfs.ask('GET', '/docs/new%20file')).text, 'second');
  });

  it('moves a folder named without its trailing slash', async () => {
    assert.equal(await gvfs.status('MKCOL', '/docs/folder'), 201);
    assert.equal(await gvfs.status('PUT', '/docs/folder/inner', { body: 'inner' }), 201);
    const headers = { Destination: `${davgate.url}/docs/moved%20folder`, Overwrite: 'F' };
    assert.equal(await gvfs.status('MOVE', '/docs/folder', { headers }), 201);
    assert.equal((await gvfs.ask('GET', '/docs/moved%20folder/inner')).text, 'inner');
    assert.equal(await gvfs.status('HEAD', '/docs/folder'), 404);
  });

  it('reads hrefs in which escapes are written with capitals, and writes either', async () => {
    assert.equal(await gvfs.status('PUT', '/docs/%c3%9cbung%3b1', { body: 'x' }), 201);
    const { text } = await gvfs.ask('PROPFIND', '/docs/%C3%9Cbung%3B1', { headers: { Depth: '0' } });
    const [, href = ''] = /<D:href>([^<]*)<\/D:href>/.exec(text) ?? [];
    assert.match(href, /^\/docs\/%C3%9Cbung/);
    assert.doesNotMatch(href, /%[0-9A-F]?[a-f]/);
    assert.equal(decodeURIComponent(href), '/docs/Übung;1');
  });
});

if (real) {
  describe('gio, by the gvfs that is installed', () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let home: string;
    before(async () => {
      davgate = await sampleDavgate();
      home = await mkdtemp(join(tmpdir(), 'davgate-gvfs-'));
      await mkdir(join(home, 'run'), { mode: 0o700 });
      await writeFile(join(home, 'local.txt'), 'from gio\n');
      await writeFile(join(home, 'login'), 'alice\nalice-demo\n', { mode: 0o600 });
    });
    after(async () => {
      await davgate.dispose();
      await rm(home, { recursive: true, force: true });
    });

    /** A session with a bus and a gvfs of its own, in which a share is mounted at the start and not at the end. */
    const session = (share: string, ...commands: readonly string[]): Promise<string> =>
      run(
        'dbus-run-session',
        [
          '--',
          'sh',
          '-ec',
          [
            `gio mount "$SITE${share}" < login > mounted.log`,
            ...commands,
            `gio mount --unmount "$SITE${share}"`,
          ].join('\n'),
        ],
        {
          cwd: home,
          patience: 60_000,
          env: {
            SITE: davgate.url.replace('http:', 'dav:'),
            HOME: home,
            XDG_RUNTIME_DIR: join(home, 'run'),
            XDG_DATA_HOME: join(home, 'data'),
            XDG_CONFIG_HOME: join(home, 'config'),
            GIO_USE_VOLUME_MONITOR: 'unix',
            GVFS_DISABLE_FUSE: '1',
          },
        },
      );

    for (const share of ['/docs', '/scratch']) {
      it(`mounts ${share}, copies, replaces, renames, moves, lists, reads and removes`, async () => {
        const out = await session(
          share,
          `D="$SITE${share}"`,
          'gio mkdir "$D/by gio"',
          'gio copy local.txt "$D/by gio/copied.txt"',
          'echo replaced | gio save "$D/by gio/copied.txt"',
          'gio rename "$D/by gio/copied.txt" "Übung #1.txt" > renamed.log',
          'gio copy "$D/by gio/Übung%20%231.txt" "$D/by gio/second"',
          'gio move "$D/by gio/second" "$D/by gio/third"',
          'gio rename "$D/by gio" "renamed folder" >> renamed.log',
          'gio list "$D/renamed folder" | sort',
          'gio cat "$D/renamed folder/Übung%20%231.txt"',
          'gio info --attributes=standard::size "$D/renamed folder/third" | grep size',
          'gio info --filesystem "$D" | grep filesystem::',
          'gio remove "$D/renamed folder/third"',
          'gio list "$D/renamed folder"',
        );
        assert.match(out, /^third\nÜbung #1\.txt\nreplaced\n(size: +9\n)? *standard::size: 9\n/);
        assert.match(out, /\nÜbung #1\.txt\n$/);
        if (share === '/docs') {
          assert.match(out, /filesystem::free: \d+\n/);
          assert.equal(
            await readFile(join(davgate.folder, 'docs', 'renamed folder', 'Übung #1.txt'), 'utf8'),
            'replaced\n',
          );
        }
      });
    }
  });
}
