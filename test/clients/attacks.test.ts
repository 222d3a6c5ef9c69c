import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

describe('attacks', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate();
    const docs = join(davgate.folder, 'docs');
    await mkdir(join(docs, 'real'));
    await writeFile(join(docs, 'real', 'inside.txt'), 'inside');
    await symlink('real/inside.txt', join(docs, 'link-inside'));
    await symlink('../django-site/db.sqlite3', join(docs, 'link-outside'));
    await symlink('../staff', join(docs, 'folder-outside'));
    await symlink('/etc', join(docs, 'etc'));
    await symlink('nowhere', join(docs, 'dangling'));
  });
  after(() => davgate.dispose());

  const ask = (user: string, method: string, path: string, ...args: string[]) =>
    curl(`${davgate.url}${path}`, ['--user', login(user), '--request', method, ...args]);
  // Not readdir's own recursion: it follows the links, out of the share.
  const snapshot = async (share: string): Promise<string[]> => {
    const entries = await readdir(join(davgate.folder, share), { withFileTypes: true });
    const below = await Promise.all(
      entries.map(async (entry) => {
        const path = join(share, entry.name);
        return entry.isDirectory() ? [path, ...(await snapshot(path))] : [path];
      }),
    );
    return below.flat().sort();
  };

  describe('a Destination where the user may not write', () => {
    const cases: [user: string, source: string, destination: string][] = [
      ['alice', '/docs/Handbook.md', '/staff/stolen.md'],
      ['alice', '/docs/Handbook.md', '/media/stolen.md'],
      ['alice', '/docs/Handbook.md', '/nowhere/stolen.md'],
      ['carol', '/staff/Duty-rota.md', '/docs/stolen.md'],
      ['bob', '/docs/Handbook.md', '/docs/copy.md'],
      ['bob', '/scratch/', '/docs/copy'],
    ];
    for (const [user, source, destination] of cases) {
      for (const method of ['COPY', 'MOVE']) {
        it(`${method} ${source} to ${destination} as ${user} is 403 and changes nothing`, async () => {
          const before = [await snapshot('docs'), await snapshot('staff'), await snapshot('media')];
          const { status } = await ask(
            user,
            method,
            source,
            '--header',
            `Destination: ${davgate.url}${destination}`,
          );
          assert.equal(status, 403);
          assert.deepEqual(
            [await snapshot('docs'), await snapshot('staff'), await snapshot('media')],
            before,
          );
        });
      }
    }

    it('on another host is 502 and changes nothing', async () => {
      const before = await snapshot('docs');
      const { status } = await ask(
        'alice',
        'MOVE',
        '/docs/Handbook.md',
        '--header',
        'Destination: http://example.org/docs/x',
      );
      assert.equal(status, 502);
      assert.deepEqual(await snapshot('docs'), before);
    });

    it('with dot segments is 400 and changes nothing', async () => {
      for (const path of ['/docs/../staff/x', '/docs/%2e%2e/staff/x', '/docs/..%2fstaff%2fx']) {
        const { status } = await ask(
          'alice',
          'COPY',
          '/docs/Handbook.md',
          '--header',
          `Destination: ${davgate.url}${path}`,
        );
        assert.equal(status, 400, path);
      }
      assert.ok(!(await snapshot('staff')).includes('staff/x'));
    });
  });

  describe('paths that would lead out', () => {
    for (const path of [
      '/docs/../staff/Duty-rota.md',
      '/docs/%2e%2e/staff/Duty-rota.md',
      '/docs/.%2E/staff/Duty-rota.md',
      '/docs/..%2fstaff%2fDuty-rota.md',
      '/docs%2f..%2fstaff%2fDuty-rota.md',
      '/docs/..\\staff\\Duty-rota.md',
      '/docs/..%5cstaff%5cDuty-rota.md',
      '/docs/Handbook.md%00.txt',
      '/docs/%ff%fe',
      '/docs/%zz',
      '/docs/a%0d%0ab',
      '/docs/./Handbook.md',
    ]) {
      it(`GET ${path} is 400`, async () => {
        assert.equal((await ask('alice', 'GET', path)).status, 400);
        assert.equal((await ask('alice', 'PUT', path, '--data', 'x')).status, 400);
      });
    }

    it('/docsx is not /docs', async () => {
      assert.equal((await ask('alice', 'GET', '/docsx/Handbook.md')).status, 404);
    });
  });

  describe('symbolic links', () => {
    it('are followed inside the root', async () => {
      const { status, body } = await ask('alice', 'GET', '/docs/link-inside');
      assert.equal(status, 200);
      assert.equal(body.toString(), 'inside');
    });
    for (const path of [
      'link-outside',
      'folder-outside/Duty-rota.md',
      'folder-outside/',
      'etc/passwd',
      'dangling',
    ]) {
      it(`that lead out are not: ${path}`, async () => {
        assert.equal((await ask('alice', 'GET', `/docs/${path}`)).status, 404);
        const put = await ask('alice', 'PUT', `/docs/${path.replace(/\/$/, '/x')}`, '--data', 'x');
        assert.ok(put.status === 403 || put.status === 409, String(put.status));
        const copy = await ask(
          'alice',
          'COPY',
          `/docs/${path}`,
          '--header',
          `Destination: ${davgate.url}/docs/got`,
        );
        assert.equal(copy.status, 404);
      });
    }
    it('that lead out are not listed', async () => {
      const { body } = await ask('alice', 'PROPFIND', '/docs/', '--header', 'Depth: 1');
      assert.match(body.toString(), /link-inside/);
      assert.doesNotMatch(body.toString(), /\/docs\/(link-outside|folder-outside|etc|dangling)/);
    });
    it('stay links, and what they lead to stays as it is', async () => {
      assert.ok((await lstat(join(davgate.folder, 'docs', 'link-outside'))).isSymbolicLink());
      assert.match(await readFile(join(davgate.folder, 'staff', 'Duty-rota.md'), 'utf8'), /rota/i);
    });
  });

  it('OPTIONS of the root and of the server needs no login, and says no more than Windows wants to know', async () => {
    for (const args of [[], ['--request-target', '*']]) {
      const { status, headers, body } = await curl(`${davgate.url}/`, ['--request', 'OPTIONS', ...args]);
      assert.equal(status, 200);
      assert.match(headers.get('dav') ?? '', /^1/);
      assert.equal(headers.get('ms-author-via'), 'DAV');
      assert.equal(body.length, 0);
    }
    assert.equal((await curl(`${davgate.url}/docs/`, ['--request', 'OPTIONS'])).status, 401);
  });

  it('a DOCTYPE in a PROPFIND body is refused', async () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><propfind xmlns="DAV:"><prop><x>&a;</x></prop></propfind>';
    const { status } = await ask('alice', 'PROPFIND', '/docs/', '--header', 'Depth: 0', '--data', bomb);
    assert.equal(status, 400);
  });

  it('Depth: infinity is refused by name', async () => {
    for (const depth of [['--header', 'Depth: infinity'], []]) {
      const { status, body } = await ask('alice', 'PROPFIND', '/docs/', ...depth);
      assert.equal(status, 403);
      assert.match(body.toString(), /<D:propfind-finite-depth\/>/);
    }
  });
});
