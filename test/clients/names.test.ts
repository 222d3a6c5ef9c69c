import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPlainApache } from '../bench/servers/plain-apache.js';
import { DavClient, elementText, type Traced } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';
import { hrefsIn, pathOf, spellings, target } from './helpers/names.js';

const names = Object.values(spellings);

/** A server, and where in it names are tried. */
interface Server {
  readonly url: string;
  /** The folder on disk; undefined for one in memory. */
  readonly disk: string | undefined;
  readonly user: string | undefined;
  end(): Promise<unknown>;
}

async function davgateOn(share: string): Promise<Server> {
  const davgate = await sampleDavgate((declaration) => {
    const open = { kind: 'webdav', require: { staff: false } };
    declaration.shares = [
      { path: '/docs', ...open, root: './docs' },
      { path: '/scratch', ...open, storage: { module: './scratch-storage.js' } },
      {
        path: '/layered',
        ...open,
        root: './staff',
        quota: '10 MB',
        hide: ['*.hidden'],
        rules: [{ path: '/secret', require: { superuser: true } }],
      },
    ];
  });
  const folders: Record<string, string> = { docs: 'docs', layered: 'staff' };
  const folder = folders[share];
  return {
    url: `${davgate.url}/${share}`,
    disk: folder === undefined ? undefined : join(davgate.folder, folder),
    user: 'alice',
    end: () => davgate.dispose(),
  };
}

/** Apache is what others are measured by. */
async function apache(): Promise<Server> {
  const work = await mkdtemp(join(tmpdir(), 'davgate-names-'));
  const disk = join(work, 'served');
  await mkdir(disk);
  for (const folder of [work, disk]) await chmod(folder, 0o777);
  const started = await startPlainApache(disk, work);
  return {
    url: started.url,
    disk,
    user: undefined,
    end: async () => {
      await started.end();
      await rm(work, { recursive: true, force: true });
    },
  };
}

const servers: Record<string, () => Promise<Server>> = {
  'a folder of davgate': () => davgateOn('docs'),
  'a module of davgate': () => davgateOn('scratch'),
  'a folder with a quota, hidden names and rules': () => davgateOn('layered'),
  Apache: apache,
};

const lockInfo =
  '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';

for (const [what, start] of Object.entries(servers)) {
  describe(`Names in ${what}`, () => {
    let server: Server;
    before(async () => {
      server = await start();
    });
    after(() => server.end());

    const ask = (method: string, path: string, traced?: Traced) => {
      const { port, pathname } = new URL(server.url);
      const client = new DavClient({ port: Number(port) }, server.user, 'names');
      return client.ask(method, pathname.replace(/\/$/, '') + path, traced);
    };
    const status = async (method: string, path: string, traced?: Traced): Promise<number> =>
      (await ask(method, path, traced)).status;
    /** What a PROPFIND tells of, as paths below the share's. */
    const told = async (path: string, depth: '0' | '1'): Promise<string[]> => {
      const answer = await ask('PROPFIND', path, { headers: { Depth: depth } });
      assert.equal(answer.status, 207, path);
      const base = new URL(server.url).pathname.replace(/\/$/, '');
      return hrefsIn(answer.text).map((href) => {
        assert.ok(pathOf(href).startsWith(base), href);
        return pathOf(href).slice(base.length);
      });
    };

    it('are as many as there are byte strings, for folders and files', async () => {
      assert.equal(await status('MKCOL', '/all'), 201);
      for (const name of names) {
        assert.equal(await status('MKCOL', target('all', name)), 201, name);
        assert.equal(await status('PUT', target('all', name, name), { body: name }), 201, name);
        assert.equal(await status('PUT', target('all', `file ${name}`), { body: name }), 201, name);
      }
      for (const name of names) {
        for (const path of [target('all', name, name), target('all', `file ${name}`)]) {
          assert.equal((await ask('GET', path)).text, name);
        }
      }
      const listed = (await told('/all/', '1')).slice(1);
      const expected = names.flatMap((name) => [`/all/${name}/`, `/all/file ${name}`]);
      assert.deepEqual(listed.sort(), expected.sort());
      if (server.disk === undefined) return;
      const onDisk = await readdir(join(server.disk, 'all'));
      assert.deepEqual(onDisk.sort(), names.flatMap((name) => [name, `file ${name}`]).sort());
    });

    it('begin every href with the path that was asked for', async () => {
      for (const name of names) {
        assert.deepEqual(await told(target('all', name), '0'), [`/all/${name}/`]);
        assert.deepEqual((await told(`${target('all', name)}/`, '1')).sort(), [
          `/all/${name}/`,
          `/all/${name}/${name}`,
        ]);
        const patch = await ask('PROPPATCH', target('all', name), {
          body: `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><mark xmlns="x:">${name}</mark></D:prop></D:set></D:propertyupdate>`,
        });
        assert.match(pathOf(hrefsIn(patch.text)[0] ?? ''), new RegExp(`/all/${name}/?$`));
      }
      // Each keeps the properties that it was given.
      for (const name of names) {
        const answer = await ask('PROPFIND', target('all', name), { headers: { Depth: '0' } });
        assert.equal(elementText(answer.text, 'mark'), name);
      }
    });

    it('are locked one by one, and the lock names what was asked for', async () => {
      for (const name of names) {
        const path = target('all', name);
        const lock = await ask('LOCK', path, {
          headers: { Depth: 'infinity' },
          body: lockInfo,
        });
        assert.equal(lock.status, 200, name);
        // Apache names no lockroot.
        const root = /lockroot>\s*<(?:\w+:)?href>([^<]*)</.exec(lock.text)?.[1];
        if (what !== 'Apache' || root !== undefined) {
          assert.match(pathOf(root ?? ''), new RegExp(`/all/${name}/?$`));
        }
        const token = lock.headers['lock-token'] ?? '';
        // Apache names the locked resource in a 207.
        const refused = await ask('PUT', target('all', name, 'new'), { body: 'x' });
        assert.match(`${refused.status} ${refused.text}`, /^423|^207 [^]*HTTP\/1\.1 423/);
        const tagged = `<${server.url}${path}> (${token})`;
        assert.equal(
          await status('PUT', target('all', name, 'new'), { headers: { If: tagged }, body: 'x' }),
          201,
        );
        const other = target('all', names.find((candidate) => candidate !== name) ?? '');
        const foreign = `<${server.url}${other}> (${token})`;
        // Apache asks only that the token is submitted.
        const elsewhere = await status('PUT', target('all', name, 'new'), {
          headers: { If: foreign },
          body: 'x',
        });
        assert.equal(elsewhere, what === 'Apache' ? 204 : 412);
        assert.notEqual(await status('UNLOCK', other, { headers: { 'Lock-Token': token } }), 204);
        assert.equal(await status('UNLOCK', path, { headers: { 'Lock-Token': token } }), 204);
        assert.equal(await status('DELETE', target('all', name, 'new')), 204);
      }
    });

    it('are other places to go to', async () => {
      const [first = '', ...others] = names;
      assert.equal(await status('MKCOL', '/moved'), 201);
      assert.equal(await status('PUT', target('moved', first), { body: 'moves' }), 201);
      let at = first;
      for (const name of others) {
        const destination = `${server.url}${target('moved', name)}`;
        const headers = { Destination: destination, Overwrite: 'F' };
        assert.equal(await status('MOVE', target('moved', at), { headers }), 201, name);
        assert.equal(await status('GET', target('moved', at)), 404);
        at = name;
      }
      assert.deepEqual((await told('/moved/', '1')).slice(1), [`/moved/${at}`]);
    });

    it('of others are not there', async () => {
      assert.equal(await status('MKCOL', '/alone'), 201);
      for (const name of names) {
        assert.equal(await status('PUT', target('alone', name), { body: 'x' }), 201);
        for (const other of names) {
          if (other !== name) assert.equal(await status('HEAD', target('alone', other)), 404, other);
        }
        assert.equal(await status('DELETE', target('alone', name)), 204);
      }
    });
  });
}
