import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { outcomeOf, run } from './helpers/programs.js';

for (const share of ['docs', 'scratch']) {
  describe(`rclone on /${share}`, () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let folder: string;
    let env: NodeJS.ProcessEnv;
    before(async () => {
      davgate = await sampleDavgate();
      folder = await mkdtemp(join(tmpdir(), 'davgate-rclone-'));
      const obscured = (await run('rclone', ['obscure', 'alice-demo'])).trim();
      env = {
        RCLONE_CONFIG: join(folder, 'rclone.conf'),
        RCLONE_CONFIG_SITE_TYPE: 'webdav',
        RCLONE_CONFIG_SITE_URL: `${davgate.url}/${share}`,
        RCLONE_CONFIG_SITE_VENDOR: 'other',
        RCLONE_CONFIG_SITE_USER: 'alice',
        RCLONE_CONFIG_SITE_PASS: obscured,
      };
      await writeFile(join(folder, 'rclone.conf'), '');
      const names = [
        'plain.txt',
        'with space.txt',
        'Übung 100% #1;+&.txt',
        '日本語/深い/ファイル.txt',
        'a/b/c/deep.bin',
        'empty',
      ];
      for (const [index, name] of names.entries()) {
        const file = join(folder, 'tree', name);
        await mkdir(join(file, '..'), { recursive: true });
        await writeFile(file, name === 'empty' ? '' : Buffer.alloc(1000 * 10 ** (index % 4), `${index}`));
      }
    });
    after(async () => {
      await davgate.dispose();
      await rm(folder, { recursive: true, force: true });
    });
    const rclone = (...args: string[]): Promise<string> => run('rclone', args, { env, cwd: folder });

    it('copies a tree there, checks it byte by byte and lists it', async () => {
      await rclone('copy', 'tree', 'site:work');
      await rclone('check', '--download', 'tree', 'site:work');
      assert.match(await rclone('lsf', '-R', 'site:work'), /^日本語\/深い\/ファイル\.txt$/m);
    });

    it('syncs changes, renames and removals', async () => {
      await writeFile(join(folder, 'tree', 'plain.txt'), 'other bytes');
      await rm(join(folder, 'tree', 'a'), { recursive: true });
      await rclone('sync', 'tree', 'site:work');
      await rclone('check', '--download', 'tree', 'site:work');
      await rclone('moveto', 'site:work/日本語', 'site:work/moved folder');
      assert.match(await rclone('lsf', 'site:work'), /^moved folder\/$/m);
      await rclone('copyto', 'site:work/plain.txt', 'site:work/copied.txt');
      assert.equal(await rclone('cat', 'site:work/copied.txt'), 'other bytes');
    });

    it('copies it back', async () => {
      await rclone('copy', 'site:work/plain.txt', 'back');
      assert.equal(await readFile(join(folder, 'back', 'plain.txt'), 'utf8'), 'other bytes');
    });

    it('finds a check that must fail, fail', async () => {
      await writeFile(join(folder, 'tree', 'plain.txt'), 'changed her');
      const { code } = await outcomeOf('rclone', ['check', '--download', 'tree', 'site:work'], {
        env,
        cwd: folder,
      });
      assert.notEqual(code, 0);
    });

    it('deletes files and purges the folder', async () => {
      await rclone('delete', 'site:work');
      assert.equal(await rclone('lsf', '-R', '--files-only', 'site:work'), '');
      await rclone('purge', 'site:work');
      assert.ok(!(await rclone('lsf', 'site:')).includes('work'));
    });
  });
}
