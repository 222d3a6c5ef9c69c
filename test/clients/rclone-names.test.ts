import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { rcloneSettings } from './helpers/mounting.js';
import { spellings } from './helpers/names.js';
import { run } from './helpers/programs.js';

const names = Object.values(spellings);
// rclone itself takes names that NFC makes one for the same, unless it is told not to.
const exactly = '--no-unicode-normalization';

for (const share of ['docs', 'scratch']) {
  describe(`rclone on /${share}, with names in every form of Unicode`, () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let work: string;
    let env: NodeJS.ProcessEnv;
    before(async () => {
      davgate = await sampleDavgate();
      work = await mkdtemp(join(tmpdir(), 'davgate-rclone-names-'));
      env = await rcloneSettings(`${davgate.url}/${share}`, 'alice');
      for (const name of names) {
        await mkdir(join(work, 'tree', name), { recursive: true });
        await writeFile(join(work, 'tree', name, name), `in a folder: ${name}`);
        await writeFile(join(work, 'tree', `file ${name}`), name);
      }
    });
    after(async () => {
      await davgate.dispose();
      await rm(work, { recursive: true, force: true });
    });
    const rclone = (...args: string[]): Promise<string> =>
      run('rclone', [exactly, ...args], { env, cwd: work });

    it('copies them there, each as its own, and compares byte by byte', async () => {
      await rclone('copy', 'tree', 'site:all');
      await rclone('check', '--download', 'tree', 'site:all');
      const listed = (await rclone('lsf', '-R', 'site:all')).trim().split('\n');
      assert.equal(listed.length, 3 * names.length);
    });

    it('syncs each folder by its name, there and back, and deletes nothing', async () => {
      for (const name of names) {
        const local = join(work, 'back', name);
        await mkdir(local, { recursive: true });
        await writeFile(join(local, name), `in a folder: ${name}`);
        await rclone('sync', `site:all/${name}`, local);
        assert.deepEqual(await readdir(local), [name]);
        assert.equal(await readFile(join(local, name), 'utf8'), `in a folder: ${name}`);
        await writeFile(join(local, 'added'), name);
        await rclone('sync', local, `site:all/${name}`);
        assert.deepEqual(
          (await rclone('lsf', `site:all/${name}`)).trim().split('\n').sort(),
          ['added', name].sort(),
        );
      }
    });

    it('moves and removes one, and leaves the others', async () => {
      const [first = '', second = ''] = names;
      await rclone('purge', `site:all/${first}`);
      assert.equal((await rclone('lsf', `site:all/${second}`)).trim().split('\n').length, 2);
      await rclone('moveto', `site:all/${second}`, `site:all/${first}`);
      assert.equal(await rclone('cat', `site:all/${first}/${second}`), `in a folder: ${second}`);
      const folders = (await rclone('lsf', '--dirs-only', 'site:all')).trim().split('\n');
      assert.equal(folders.length, names.length - 1);
    });

    it('would lose one of two files if names were found for it as they are for a Mac', async () => {
      const mac = ['--user-agent', 'WebDAVFS/3.0.0 (03008000) Darwin/23.1.0 (arm64)'];
      const [composed, apart] = ['Pl\u00e4ne', 'Pla\u0308ne'];
      for (const name of [composed, apart]) {
        await rclone('copyto', `tree/file ${name}`, `site:exact/${name}`);
        await rclone(...mac, 'copyto', `tree/file ${name}`, `site:found/${name}`);
      }
      const listed = async (folder: string): Promise<string[]> =>
        (await rclone('lsf', `site:${folder}`)).trim().split('\n').sort();
      assert.deepEqual(await listed('exact'), [composed, apart].sort());
      assert.deepEqual(await listed('found'), [composed]);
      assert.equal(await rclone('cat', `site:found/${composed}`), apart, 'the second overwrote the first');
    });

    it('with its own comparison of names, too, syncs a folder back without deleting what is there', async () => {
      const [name = ''] = names;
      const local = join(work, 'default', name);
      await mkdir(local, { recursive: true });
      await writeFile(join(local, 'kept'), 'kept');
      const plain = (...args: string[]): Promise<string> => run('rclone', args, { env, cwd: work });
      await plain('copy', local, `site:default/${name}`);
      await plain('sync', `site:default/${name}`, local);
      assert.deepEqual(await readdir(local), ['kept']);
    });
  });
}
