import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { startFront, type Front } from './guard/front.js';
import { login, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { freePort } from './helpers/free-port.js';
import { curl } from './helpers/programs.js';

type Way = 'x-accel-redirect' | 'x-sendfile';

const large = randomBytes(300_000);

const names = [
  'plain.bin',
  '100%.bin',
  '%2e%2e%2fsecret.bin',
  'what?.bin',
  'number#1.bin',
  'with space.bin',
  'Übersicht é.bin',
  'a+b&c;d=e.bin',
  'quote\'".bin',
  'space at the end.bin ',
  'page.html',
];

/** A block of docs/sendfile.md with the places of the test. */
async function configured(language: string, places: Readonly<Record<string, string>>): Promise<string> {
  const text = await readFile(join(projectFolder, 'docs/sendfile.md'), 'utf8');
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? '';
  return Object.entries(places).reduce((result, [from, to]) => {
    assert.ok(result.includes(from), `${from} is not in the block of ${language}`);
    return result.replaceAll(from, to);
  }, block);
}

async function nginx(work: string, davgate: number, root: string): Promise<Front> {
  const port = await freePort();
  const server = await configured('nginx', {
    '127.0.0.1:8080': `127.0.0.1:${davgate}`,
    '127.0.0.1:8081': `127.0.0.1:${port}`,
    '/srv/docs': root,
  });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${work}/${name};`,
  );
  const file = join(work, 'nginx.conf');
  const lines = ['daemon off;', `pid ${work}/pid;`, `error_log ${work}/error.log;`, 'events {}', 'http {'];
  await writeFile(file, [...lines, 'access_log off;', ...temporary, server, '}', ''].join('\n'));
  return startFront('nginx', ['-p', work, '-c', file], port);
}

async function apache(work: string, davgate: number, root: string): Promise<Front> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const server = await configured('apacheconf', {
    '127.0.0.1:8080': `127.0.0.1:${davgate}`,
    '/srv/docs': root,
  });
  const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'xsendfile'].map(
    (name) => `LoadModule ${name}_module "${join(program.modulesFolder, `mod_${name}.so`)}"`,
  );
  const file = join(work, 'httpd.conf');
  const lines = [
    ...modules,
    `Listen 127.0.0.1:${port}`,
    'ServerName localhost',
    `PidFile "${work}/pid"`,
    `ErrorLog "${work}/error.log"`,
    ...(process.geteuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    `DocumentRoot "${work}"`,
    server,
    '',
  ];
  await writeFile(file, lines.join('\n'));
  return startFront(program.binary, ['-DFOREGROUND', '-f', file], port);
}

const fronts: Readonly<Record<Way, typeof nginx>> = { 'x-accel-redirect': nginx, 'x-sendfile': apache };

/** Which process has sent a file shows in davgate's own log: it has sent no bytes of it. */
for (const way of ['x-accel-redirect', 'x-sendfile'] as const) {
  describe(`"sendfile": "${way}" with the configuration in the documentation`, () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let front: Front;
    let root: string;
    const alice = ['-u', login('alice')];
    const at = (name: string): string => `/docs/${encodeURIComponent(name)}`;

    before(async () => {
      davgate = await sampleDavgate((declaration, folder) => {
        root = join(folder, 'docs');
        assert.ok(Array.isArray(declaration.shares));
        const shares: unknown[] = declaration.shares;
        declaration.trustedProxies = ['127.0.0.1'];
        declaration.shares = shares.map((share) =>
          typeof share === 'object' &&
          share !== null &&
          'path' in share &&
          (share.path === '/docs' || share.path === '/media')
            ? { ...share, sendfile: way }
            : share,
        );
      });
      for (const name of names) await writeFile(join(root, name), large);
      await chmod(davgate.folder, 0o755);
      const work = join(davgate.folder, 'front');
      await mkdir(work);
      await chmod(work, 0o777);
      if (process.geteuid?.() === 0) execFileSync('chown', ['-R', 'www-data:www-data', work]);
      front = await fronts[way](work, davgate.port, root);
    });
    after(async () => {
      await front.end();
      await davgate.dispose();
    });

    for (const name of names) {
      it(`sends ${name} as davgate would, with its fields`, async () => {
        // Without the header field of a proxy in between, davgate takes 127.0.0.1 for a proxy here, too.
        const told = await curl(davgate.url + at(name), alice);
        const isHandedOver = way === 'x-accel-redirect' || !/%| $/.test(name);
        assert.equal(told.body.length, isHandedOver ? 0 : large.length);
        const head = await curl(davgate.url + at(name), [...alice, '--head']);
        const sent = await curl(front.url + at(name), alice);
        assert.equal(sent.status, 200);
        assert.ok(sent.body.equals(large), createHash('sha256').update(sent.body).digest('hex'));
        for (const field of [
          'etag',
          'last-modified',
          'content-type',
          'content-length',
          'cache-control',
          'accept-ranges',
          'x-content-type-options',
          'content-security-policy',
        ]) {
          assert.equal(sent.headers.get(field), head.headers.get(field), field);
        }
        assert.ok(!sent.headers.has('x-accel-redirect'));
        assert.ok(!sent.headers.has('x-sendfile'));
        assert.ok(sent.headers.get('x-request-id'));
      });
    }

    it('leaves ranges to the front, and conditions to davgate', async () => {
      const url = front.url + at('plain.bin');
      const range = await curl(url, [...alice, '-r', '100-299']);
      assert.equal(range.status, 206);
      assert.ok(range.body.equals(large.subarray(100, 300)));
      assert.equal(range.headers.get('content-range'), `bytes 100-299/${large.length}`);
      const etag = range.headers.get('etag') ?? '';
      assert.equal((await curl(url, [...alice, '-H', `If-None-Match: ${etag}`])).status, 304);
      const matching = await curl(url, [...alice, '-H', `If-Match: ${etag}`]);
      assert.deepEqual([matching.status, matching.body.length], [200, large.length]);
      assert.equal((await curl(url, [...alice, '-H', 'If-Match: "other"'])).status, 412);
      const resumed = await curl(url, [...alice, '-r', '100-', '-H', `If-Range: ${etag}`]);
      assert.deepEqual([resumed.status, resumed.body.length], [206, large.length - 100]);
      const changed = await curl(url, [...alice, '-r', '100-', '-H', 'If-Range: "other"']);
      assert.deepEqual([changed.status, changed.body.length], [200, large.length]);
    });

    it('sends nothing to those who may not', async () => {
      assert.equal((await curl(front.url + at('plain.bin'))).status, 401);
      const internal = [`/.davgate${at('plain.bin')}`, `//.davgate${at('plain.bin')}`];
      for (const path of internal) {
        const answer = await curl(front.url + path, ['--path-as-is', ...alice]);
        assert.ok(answer.status >= 400 && !answer.body.includes(large), `${path}: ${answer.status}`);
      }
      const asked = await curl(front.url + at('none'), [...alice, '-H', `X-Sendfile: ${root}/plain.bin`]);
      assert.equal(asked.status, 404);
    });

    it('follows a link as the share does, to a file inside but not to one outside', async () => {
      await writeFile(join(davgate.folder, 'secret'), large);
      await symlink(join(davgate.folder, 'secret'), join(root, 'outside.bin'));
      await symlink('plain.bin', join(root, 'inside.bin'));
      assert.equal((await curl(front.url + at('outside.bin'), alice)).status, 404);
      assert.ok((await curl(front.url + at('inside.bin'), alice)).body.equals(large));
      await rm(join(root, 'outside.bin'));
    });

    if (way === 'x-accel-redirect') {
      it('refuses a link that takes the place of the file in between', async () => {
        // As if davgate had answered before the swap: its own location names the link.
        const text = await readFile(join(davgate.folder, 'front', 'nginx.conf'), 'utf8');
        assert.match(text, /disable_symlinks on/);
        await symlink(join(davgate.folder, 'secret'), join(root, 'swapped.bin'));
        const file = join(davgate.folder, 'front', 'swapped.conf');
        const port = await freePort();
        await writeFile(
          file,
          text
            .replace(/listen .*;/, `listen 127.0.0.1:${port};`)
            .replace('/pid;', '/pid2;')
            .replace(/proxy_pass .*;/, 'rewrite ^ /.davgate/docs/swapped.bin last;'),
        );
        const other = await startFront('nginx', ['-p', join(davgate.folder, 'front'), '-c', file], port);
        try {
          const answer = await curl(`${other.url}/`);
          assert.ok(answer.status === 403 && !answer.body.includes(large));
        } finally {
          await other.end();
          await rm(join(root, 'swapped.bin'));
        }
      });
    }

    it('hands the files of a static share over, too', async () => {
      const path = join(davgate.folder, 'media', 'plain.bin');
      await writeFile(path, large);
      const told = await curl(`${davgate.url}/media/plain.bin`, alice);
      assert.deepEqual([told.status, told.body.length], [200, 0]);
      assert.equal(told.headers.get(way), way === 'x-sendfile' ? path : '/.davgate/media/plain.bin');
    });

    it('keeps small files, HEAD and listings with davgate', async () => {
      const small = await curl(`${davgate.url}/docs/opening-hours.txt`, alice);
      assert.ok(small.body.length > 0 && !small.headers.has(way));
      const head = await curl(davgate.url + at('plain.bin'), [...alice, '--head']);
      assert.equal(head.headers.get('content-length'), String(large.length));
      assert.ok(!head.headers.has(way));
    });
  });
}

describe('a client that is no trusted proxy', () => {
  it('gets the file from davgate, and no path', async () => {
    const davgate = await sampleDavgate((declaration) => {
      assert.ok(Array.isArray(declaration.shares));
      const shares: unknown[] = declaration.shares;
      declaration.trustedProxies = ['192.0.2.1'];
      declaration.shares = shares.map((share) =>
        typeof share === 'object' && share !== null && 'root' in share
          ? { ...share, sendfile: 'x-sendfile' }
          : share,
      );
    });
    try {
      await writeFile(join(davgate.folder, 'docs', 'plain.bin'), large);
      await writeFile(join(davgate.folder, 'media', 'plain.bin'), large);
      for (const path of ['/docs/plain.bin', '/media/plain.bin']) {
        const spoofed = ['-H', 'X-Forwarded-For: 192.0.2.1', '-H', 'X-Sendfile-Type: X-Sendfile'];
        const answer = await curl(davgate.url + path, ['-u', login('alice'), ...spoofed]);
        assert.ok(answer.body.equals(large));
        assert.ok(![...answer.headers.values()].some((value) => value.includes(davgate.folder)));
        assert.ok(!answer.headers.has('x-sendfile'));
      }
    } finally {
      await davgate.dispose();
    }
  });
});
