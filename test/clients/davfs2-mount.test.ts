import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';
import { editors } from './helpers/editors.js';
import { fuseWorks, mountByDavfs, type Mount } from './helpers/mounting.js';
import { untilPasses } from '../helpers/until.js';
import { spellings } from './helpers/names.js';
import { MountedWorkplace } from './helpers/workplace.js';

const mounts = process.geteuid?.() === 0 && (await fuseWorks());

if (!mounts) {
  // davfs2.test.ts replays its requests, there as here.
  describe('davfs2 is not mounted here, which needs root and FUSE', () => {
    it('and its requests are replayed instead: an editor saves under a lock', async () => {
      const davgate = await sampleDavgate();
      try {
        const davfs = new DavClient(davgate, 'alice', 'davfs2/1.6.1 neon/0.32.2');
        const headers = { Depth: '0', Timeout: 'Second-1800', 'If-None-Match': '*' };
        const body =
          "<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>";
        const lock = await davfs.ask('LOCK', '/docs/saved.tmp', { headers, body });
        assert.equal(lock.status, 201);
        const token = lock.headers['lock-token'] ?? '';
        const condition = { If: `<${davgate.url}/docs/saved.tmp> (${token})` };
        const put = await davfs.status('PUT', '/docs/saved.tmp', { headers: condition, body: 'saved' });
        assert.equal(put, 204);
        assert.equal(
          await davfs.status('UNLOCK', '/docs/saved.tmp', { headers: { 'Lock-Token': token } }),
          204,
        );
        const move = { Destination: `${davgate.url}/docs/Handbook.md`, Overwrite: 'T' };
        assert.equal(await davfs.status('MOVE', '/docs/saved.tmp', { headers: move }), 204);
        assert.equal(await readFile(join(davgate.folder, 'docs', 'Handbook.md'), 'utf8'), 'saved');
      } finally {
        await davgate.dispose();
      }
    });
  });
} else {
  describe('A share mounted by davfs2', () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let work: string;
    let mount: Mount;
    let disk: (...names: string[]) => string;
    before(async () => {
      davgate = await sampleDavgate();
      disk = (...names) => join(davgate.folder, 'docs', ...names);
      work = await mkdtemp(join(tmpdir(), 'davgate-davfs-'));
      mount = await mountByDavfs(`${davgate.url}/docs`, 'alice', work);
    });
    after(async () => {
      await mount.unmount();
      await davgate.dispose();
      await rm(work, { recursive: true, force: true });
    });
    const reads = (file: string, text: string): Promise<void> =>
      untilPasses(async () => {
        assert.equal(await readFile(disk(file), 'utf8'), text);
      });

    it('lists and reads what is there', async () => {
      const names = (await readdir(mount.folder)).filter((name) => name !== 'lost+found');
      assert.deepEqual(names.sort(), (await readdir(disk())).sort());
      assert.equal(
        await readFile(join(mount.folder, 'Handbook.md'), 'utf8'),
        await readFile(disk('Handbook.md'), 'utf8'),
      );
    });

    it('holds a lock on a file while it is open for writing, and gives it back when it is written', async () => {
      const other = new DavClient(davgate, 'alice', 'another client');
      const file = await open(join(mount.folder, 'open.txt'), 'w');
      try {
        await file.write('written ');
        assert.equal(await other.status('PUT', '/docs/open.txt', { body: 'intruder' }), 423);
        await file.write('under a lock');
      } finally {
        await file.close();
      }
      await reads('open.txt', 'written under a lock');
      await untilPasses(async () => {
        assert.equal(await other.status('PUT', '/docs/open.txt', { body: 'later' }), 204);
      });
      for (const wanted of ['LOCK', 'PUT', 'UNLOCK']) {
        await davgate.logged(({ path, method }) => path === '/docs/open.txt' && method === wanted);
      }
    });

    for (const [index, [editor, save]] of Object.entries(editors).entries()) {
      it(`keeps what ${editor} saves`, async () => {
        const place = new MountedWorkplace(mount.folder);
        const folder = `edited ${index}`;
        await place.makeFolder(folder);
        await place.write(`${folder}/Übung.txt`, 'as it was\n');
        const left = await save(place, `${folder}/Übung.txt`, 'saved\n');
        assert.equal(await place.read(`${folder}/Übung.txt`), 'saved\n');
        await reads(`${folder}/Übung.txt`, 'saved\n');
        await untilPasses(async () => {
          assert.deepEqual((await readdir(disk(folder))).sort(), ['Übung.txt', ...left].sort());
        });
      });
    }

    it('keeps names in every form of Unicode, each as its own', async () => {
      const place = new MountedWorkplace(mount.folder);
      const names = Object.values(spellings);
      for (const name of names) {
        await place.makeFolder(`names/${name}`);
        await place.write(`names/${name}/${name}`, name);
      }
      for (const name of names) await reads(`names/${name}/${name}`, name);
      assert.deepEqual((await readdir(disk('names'))).sort(), [...names].sort());
      assert.deepEqual((await readdir(join(mount.folder, 'names'))).sort(), [...names].sort());
      for (const name of names) {
        assert.deepEqual(await readdir(join(mount.folder, 'names', name)), [name]);
        assert.equal(await place.read(`names/${name}/${name}`), name);
      }
    });

    it('renames a folder, removes it, and leaves what it wrote when it is unmounted', async () => {
      const place = new MountedWorkplace(mount.folder);
      await place.makeFolder('first/inner');
      await writeFile(join(mount.folder, 'first/inner/file'), 'x'.repeat(300_000));
      await place.rename('first', 'second');
      await reads('second/inner/file', 'x'.repeat(300_000));
      await place.remove('second');
      await place.write('last words', 'at the end\n');
      await mount.unmount();
      try {
        assert.equal(await readFile(disk('last words'), 'utf8'), 'at the end\n');
        assert.ok(!(await readdir(disk())).includes('second'));
      } finally {
        mount = { folder: mount.folder, unmount: () => Promise.resolve() };
      }
    });
  });
}
