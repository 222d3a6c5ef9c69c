import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, projectFolder } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';
import { publicSample } from './helpers/public-sample.js';
import { answerOf, basic, clients, methods, rests } from './helpers/stranger.js';

const isRefused = /^\[\n 401,/;

describe('where everybody may read', () => {
  let davgate: Awaited<ReturnType<typeof publicSample>>;
  let folder: string;
  before(async () => {
    davgate = await publicSample();
    folder = await mkdtemp(join(tmpdir(), 'davgate-public-'));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (
    method: string,
    path: string,
    client: Readonly<Record<string, string>> = {},
  ): Promise<string> =>
    answerOf(davgate.url + path, method, {
      ...client,
      ...(method === 'COPY' && { Destination: `${davgate.url}${path}2` }),
    });
  const status = async (path: string, ...args: string[]): Promise<number> =>
    (await curl(davgate.url + path, args)).status;
  const propfind = async (path: string, ...args: string[]): Promise<string[]> => {
    const { body } = await curl(davgate.url + path, ['-X', 'PROPFIND', '-H', 'Depth: 1', ...args]);
    return [...body.toString().matchAll(/<D:response><D:href>([^<]*)</g)].map(([, href = '']) => href).sort();
  };

  for (const [name, client] of Object.entries(clients)) {
    it(`what is closed beside it looks like what is not there: ${name}`, async () => {
      const closed = [
        'staff',
        'scratch',
        'half',
        'code',
        'half/shut',
        'media/closed',
        'docs/Minutes',
        'svn/closed',
      ];
      for (const rest of 'Authorization' in client ? rests.slice(2, 5) : rests) {
        for (const method of methods) {
          const expected = await ask(method, `/nowhere${rest}`, client);
          assert.match(expected, isRefused, `${method} ${rest}`);
          const answers = await Promise.all(closed.map((path) => ask(method, `/${path}${rest}`, client)));
          for (const [index, answer] of answers.entries()) {
            assert.equal(answer, expected, `${method} /${closed[index] ?? ''}${rest}`);
          }
        }
      }
    });
  }

  it('whatever writes is asked for a name, as it is where nothing is', async () => {
    const writing = [
      ...[
        'PUT',
        'POST',
        'DELETE',
        'MKCOL',
        'COPY',
        'MOVE',
        'PROPPATCH',
        'LOCK',
        'UNLOCK',
        'MERGE',
        'CHECKOUT',
      ],
      ...['MKACTIVITY', 'PATCH', 'TRACE', 'ACL', 'SEARCH', 'BIND', 'MKCALENDAR'],
    ];
    const places = [
      '/docs/Handbook.md',
      '/docs/',
      '/media/film.mp4',
      '/half/open/x',
      '/svn/sample/trunk',
      '/',
    ];
    const special = ['me', 'txr/1-1/trunk', 'txn/1-1', 'rev/1', 'vcc/default', 'act/x'];
    const paths = [...places, ...special.map((rest) => `/svn/sample/!svn/${rest}`)];
    for (const method of writing) {
      const expected = await ask(method, '/nowhere');
      assert.match(expected, isRefused, method);
      for (const path of paths) assert.equal(await ask(method, path), expected, `${method} ${path}`);
    }
  });

  it('anybody reads, by every method that does', async () => {
    const file = await readFile(join(davgate.folder, 'docs', 'Handbook.md'));
    const { status: found, body, headers } = await curl(`${davgate.url}/docs/Handbook.md`);
    assert.deepEqual([found, body], [200, file]);
    assert.equal(headers.get('cache-control'), 'private, no-cache');
    assert.equal(headers.has('www-authenticate'), false);
    assert.equal(await status('/media/film.mp4', '--head'), 200);
    assert.equal(await status('/media/film.mp4', '--range', '0-9'), 206);
    assert.equal(await status('/half/open/file.txt'), 200);
    assert.equal(await status('/svn/sample/trunk/README.md'), 200);
    for (const path of ['/docs/', '/media/', '/half/open/', '/svn/sample/']) {
      assert.equal(await status(path, '-X', 'OPTIONS'), 200, path);
      assert.equal(await status(path, '-X', 'PROPFIND', '-H', 'Depth: 0'), 207, path);
    }
    assert.equal(await status('/docs/none.txt'), 404);
  });

  it('what is closed in it is in no listing, but for those who may read it', async () => {
    for (const [share, hidden] of [
      ['docs', 'Minutes'],
      ['media', 'closed'],
    ] as const) {
      const mayRead = ['--user', login('alice')];
      assert.ok(!(await propfind(`/${share}/`)).includes(`/${share}/${hidden}/`), share);
      assert.ok((await propfind(`/${share}/`, ...mayRead)).includes(`/${share}/${hidden}/`), share);
      const page = (await curl(`${davgate.url}/${share}/`)).body.toString();
      assert.ok(!page.includes(hidden) && page.includes('Sign in'), share);
      const own = (await curl(`${davgate.url}/${share}/`, mayRead)).body.toString();
      assert.ok(own.includes(hidden) && own.includes('Signed in as <b>alice</b>'), share);
    }
  });

  it('the list of shares shows what is open to everybody, and to a user what is open to them', async () => {
    assert.deepEqual(await propfind('/'), ['/', '/b%C3%BCro/', '/docs/', '/media/', '/svn/']);
    const page = (await curl(`${davgate.url}/`)).body.toString();
    for (const path of ['/staff', '/scratch', '/half', '/code']) assert.ok(!page.includes(path), path);
    assert.match(page, /href="\/docs\/"/);
    assert.deepEqual(await propfind('/', '--user', login('eve')), [
      '/',
      '/b%C3%BCro/',
      '/docs/',
      '/half/',
      '/media/',
      '/scratch/',
      '/svn/',
    ]);
    assert.equal(await status('/?sign-in'), 401);
    assert.equal(await status('/docs/?sign-in'), 401);
    assert.equal(await status('/?sign-in', '--user', login('eve')), 200);
  });

  it('Finder finds what is open by its own spelling, and what is closed by none', async () => {
    const apart = (path: string): string => encodeURI(path.normalize('NFD'));
    const finder = clients.Finder ?? {};
    const depth = { ...finder, Depth: '1' };
    assert.match(await ask('PROPFIND', `${apart('/b\u00fcro')}/`, depth), /^\[\n 207,[^]*file\.txt/);
    assert.match(await ask('GET', apart('/b\u00fcro/file.txt'), finder), /^\[\n 200,/);
    const nowhere = await ask('GET', '/nowhere', finder);
    for (const path of ['/docs/Gesch\u00e4ft', '/docs/Gesch\u00e4ft/file.txt', '/docs/Gesch\u00e4ft/none']) {
      assert.equal(await ask('GET', apart(path), finder), nowhere, path);
      assert.equal(await ask('GET', encodeURI(path), finder), nowhere, path);
      assert.equal(await ask('GET', apart(path)), await ask('GET', '/nowhere'), path);
    }
  });

  it('OPTIONS of the root is answered as before', async () => {
    assert.match(await ask('OPTIONS', '/', clients.Windows), /^\[\n 200,[^]*"dav": "1, 2, 3/);
    assert.match(await ask('OPTIONS', '/', { Authorization: basic('alice', 'wrong') }), isRefused);
  });

  it('who sends credentials is known by name, and refused if they are wrong', async () => {
    assert.equal(await status('/docs/Handbook.md', '--user', login('eve')), 200);
    for (const wrong of ['alice:wrong', 'zed:x', login('dave')]) {
      assert.equal(await status('/docs/Handbook.md', '--user', wrong), 401, wrong);
    }
    assert.equal(await status('/docs/Handbook.md', '--header', 'Authorization: Bearer x'), 401);
    const named = await davgate.logged(
      ({ msg, path, user, status: is }) =>
        msg === 'request' && path === '/docs/Handbook.md' && user === 'eve' && is === 200,
    );
    assert.equal(named.share, '/docs');
    await status('/docs/Handbook.md?unnamed', '--user-agent', 'unnamed');
    const unnamed = await davgate.logged(
      (line) => line.path === '/half/open/file.txt' && line.status === 200 && line.msg === 'request',
    );
    assert.equal('user' in unnamed, false);
  });

  it('nobody without the right brings anything from there to what is closed', async () => {
    const to = (path: string): string[] => ['-H', `Destination: ${davgate.url}${path}`];
    const copy = ['-X', 'COPY', ...to('/staff/taken.md')];
    assert.equal(await status('/docs/Handbook.md', ...copy, '--user', login('alice')), 403);
    assert.equal(await status('/docs/Handbook.md', ...copy), 401);
    const inside = ['-X', 'COPY', ...to('/docs/Minutes/taken.md'), '--user', login('bob')];
    assert.equal(await status('/docs/Handbook.md', ...inside), 403);
    // Everybody may read it, so eve may have a copy where eve may write; but not move it away.
    const own = [...to('/scratch/taken.md'), '--user', login('eve')];
    assert.equal(await status('/docs/Handbook.md', '-X', 'MOVE', ...own), 403);
    assert.equal(await status('/docs/Handbook.md', '-X', 'COPY', ...own), 201);
    // The folder with what is closed to her in it she gets no copy of.
    const whole = ['-X', 'COPY', ...to('/scratch/all'), '--user', login('eve')];
    assert.equal(await status('/docs', ...whole), 403);
  });

  it('a lock is seen, and its token is not', async () => {
    const lock =
      '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    const { headers } = await curl(`${davgate.url}/docs/Handbook.md`, [
      ...['-X', 'LOCK', '--user', login('alice'), '--data', lock],
    ]);
    const token = /<(.*)>/.exec(headers.get('lock-token') ?? '')?.[1];
    assert.ok(token !== undefined);
    const { body } = await curl(`${davgate.url}/docs/Handbook.md`, ['-X', 'PROPFIND', '-H', 'Depth: 0']);
    assert.match(body.toString(), /<D:activelock>/);
    assert.ok(!body.toString().includes(token));
    assert.equal(await status('/docs/Handbook.md', '-X', 'UNLOCK', '-H', `Lock-Token: <${token}>`), 401);
    assert.equal(
      await status(
        '/docs/Handbook.md',
        '-X',
        'UNLOCK',
        '-H',
        `Lock-Token: <${token}>`,
        '--user',
        login('alice'),
      ),
      204,
    );
  });

  it('rclone copies without a name, and writes with one', async () => {
    await writeFile(join(folder, 'rclone.conf'), '');
    const env = {
      RCLONE_CONFIG: join(folder, 'rclone.conf'),
      RCLONE_CONFIG_SITE_TYPE: 'webdav',
      RCLONE_CONFIG_SITE_URL: `${davgate.url}/docs`,
      RCLONE_CONFIG_SITE_VENDOR: 'other',
    };
    await run('rclone', ['copy', 'site:', join(folder, 'docs')], { env });
    assert.deepEqual(
      await readFile(join(folder, 'docs', 'Handbook.md')),
      await readFile(join(davgate.folder, 'docs', 'Handbook.md')),
    );
    await assert.rejects(readFile(join(folder, 'docs', 'Minutes')), { code: 'ENOENT' });
    const put = ['rcat', 'site:by-rclone.txt', '--retries', '1', '--low-level-retries', '1'];
    assert.notEqual((await outcomeOf('rclone', put, { env, input: 'x' })).code, 0);
    const named = {
      ...env,
      RCLONE_CONFIG_SITE_USER: 'alice',
      RCLONE_CONFIG_SITE_PASS: (await run('rclone', ['obscure', 'alice-demo'])).trim(),
    };
    await run('rclone', put, { env: named, input: 'x' });
    assert.equal(await run('rclone', ['cat', 'site:by-rclone.txt'], { env }), 'x');
  });

  it('the commands say so', async () => {
    const program = join(projectFolder, 'dist/server/cli/davgate.js');
    const file = join(davgate.folder, 'shares.json');
    const davgateSays = (...args: string[]) => outcomeOf(process.execPath, [program, ...args, file]);
    assert.match((await davgateSays('check')).out, /^ {2}read: {2}everybody, without signing in$/m);
    const who = (await davgateSays('who', '/docs')).out;
    assert.match(who, /^everybody, without signing in {2}yes {3}no$/m);
    assert.match(who, /^everybody may read, \d+ may write$/m);
    assert.doesNotMatch(who, /^eve /m);
    assert.doesNotMatch((await davgateSays('who', '/docs/Minutes')).out, /everybody/);
    const asked = ([method = '', path = '']: readonly string[]) =>
      davgateSays('explain', ':anonymous', method, path);
    assert.deepEqual(
      await Promise.all(
        [
          ['GET', '/docs/x'],
          ['OPTIONS', '/'],
          ['PUT', '/docs/x'],
          ['GET', '/docs/Minutes/x'],
          ['GET', '/nowhere'],
        ].map(async (question) => (await asked(question)).code),
      ),
      [0, 0, 1, 1, 1],
    );
  });
});

describe('people without a name', () => {
  let davgate: Awaited<ReturnType<typeof publicSample>>;
  before(async () => {
    davgate = await publicSample({ requests: 20, requestsPerUser: 1 });
  });
  after(() => davgate.dispose());

  /** The head of an answer, whose body is not read. */
  const head = (path: string, localAddress: string, headers = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = request(`${davgate.url}${path}`, { localAddress, headers, agent: false }, resolve);
      asked.on('error', reject);
      asked.end();
    });

  it('of one network share what one user may have under way, and take nothing from others', async () => {
    const film = await head('/media/film.mp4', '127.0.0.1');
    assert.equal(film.statusCode, 200);
    // One of these waits for its turn; the other is one too many.
    const more = [1, 2].map(() => head('/media/film.mp4', '127.0.0.1'));
    const refused = await Promise.race(more);
    assert.equal(refused.statusCode, 503);
    assert.ok(refused.headers['retry-after']);
    const elsewhere = await head('/docs/Handbook.md', '127.0.0.2');
    assert.equal(elsewhere.statusCode, 200);
    const named = await head('/docs/Handbook.md', '127.0.0.1', { authorization: basic('alice') });
    assert.equal(named.statusCode, 200);
    film.destroy();
    const both = await Promise.all(more);
    assert.deepEqual(both.map(({ statusCode }) => statusCode).sort(), [200, 503]);
    for (const answer of [...both, elsewhere, named]) answer.destroy();
  });
});
