import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { editors } from './helpers/editors.js';
import { fuseWorks, mountByRclone, rcloneSettings, type Mount } from './helpers/mounting.js';
import { untilPasses } from '../helpers/until.js';
import { outcomeOf, run } from './helpers/programs.js';
import { CommandWorkplace, MountedWorkplace, type Workplace } from './helpers/workplace.js';

const mounts = await fuseWorks();
const way = mounts ? 'rclone mount over FUSE' : 'rclone\u2019s commands, since nothing can be mounted here';
const author = ['-c', 'user.name=Alice', '-c', 'user.email=alice@example.org', '-c', 'gc.auto=0'];

describe(`A share by ${way}`, () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let work: string;
  let env: NodeJS.ProcessEnv;
  let mount: Mount | undefined;
  let place: Workplace;
  let disk: (...names: string[]) => string;
  before(async () => {
    davgate = await sampleDavgate();
    disk = (...names) => join(davgate.folder, 'docs', ...names);
    work = await mkdtemp(join(tmpdir(), 'davgate-mount-'));
    env = await rcloneSettings(`${davgate.url}/docs`, 'alice');
    if (mounts) mount = await mountByRclone('site:', work, env);
    place = mount ? new MountedWorkplace(mount.folder) : new CommandWorkplace(env);
  });
  after(async () => {
    await mount?.unmount();
    await davgate.dispose();
    await rm(work, { recursive: true, force: true });
  });

  /** Waits until a folder on the server's disk holds these names and no others. */
  const holds = (folder: string, ...names: string[]): Promise<void> =>
    untilPasses(async () => {
      assert.deepEqual((await readdir(disk(folder))).sort(), names.sort());
    });
  const reads = (file: string, text: string): Promise<void> =>
    untilPasses(async () => {
      assert.equal(await readFile(disk(file), 'utf8'), text);
    });

  for (const [index, [editor, save]] of Object.entries(editors).entries()) {
    it(`keeps what ${editor} saves, twice, and none of its temporary files`, async () => {
      const folder = `edited ${index}`;
      await place.makeFolder(folder);
      await place.write(`${folder}/Übung.txt`, 'as it was\n');
      await reads(`${folder}/Übung.txt`, 'as it was\n');
      await save(place, `${folder}/Übung.txt`, 'first\n');
      const left = await save(place, `${folder}/Übung.txt`, 'second, which is longer\n');
      assert.equal(await place.read(`${folder}/Übung.txt`), 'second, which is longer\n');
      await reads(`${folder}/Übung.txt`, 'second, which is longer\n');
      await holds(folder, 'Übung.txt', ...left);
    });
  }

  it('makes folders in folders, appends, truncates, renames a folder and deletes', async () => {
    await place.makeFolder('deep/er/still');
    await place.write('deep/er/still/log', 'one\n');
    await place.append('deep/er/still/log', 'two\n');
    await reads('deep/er/still/log', 'one\ntwo\n');
    await place.truncate('deep/er/still/log', 5);
    await reads('deep/er/still/log', 'one\nt');
    await place.rename('deep/er', 'deep/renamed folder');
    // rclone may still be uploading the file to its old place, and then reads nothing for a moment.
    await untilPasses(async () => {
      assert.equal(await place.read('deep/renamed folder/still/log'), 'one\nt');
    });
    await holds('deep', 'renamed folder');
    await place.remove('deep/renamed folder/still/log');
    await holds('deep/renamed folder/still');
    await place.remove('deep');
    await untilPasses(async () => {
      assert.ok(!(await readdir(disk())).includes('deep'));
    });
  });

  it('holds a repository of git, made, added to, committed to and checked', async () => {
    const local = mount ? join(mount.folder, 'repository') : join(work, 'repository');
    await mkdir(local);
    const git = (...args: string[]): Promise<string> => run('git', [...author, ...args], { cwd: local });
    await git('init', '--quiet', '--initial-branch=main');
    for (const commit of [1, 2, 3]) {
      for (const name of ['a', 'b', 'c']) await writeFile(join(local, `${name}.txt`), `${name} ${commit}\n`);
      await git('add', '.');
      await git('commit', '--quiet', '--message', `Commit ${commit}`);
    }
    await git('gc', '--quiet');
    await git('fsck', '--full', '--strict');
    assert.equal(await git('status', '--porcelain'), '');
    if (!mount) await run('rclone', ['copy', '--create-empty-src-dirs', local, 'site:repository'], { env });
    // What lies on the server's disk is the same repository.
    const head = await git('rev-parse', 'HEAD');
    await untilPasses(async () => {
      const there = (...args: string[]): Promise<string> =>
        run('git', ['-c', `safe.directory=${disk('repository')}`, ...args], { cwd: disk('repository') });
      await there('fsck', '--full', '--strict');
      assert.equal(await there('rev-parse', 'HEAD'), head);
      assert.equal(await there('rev-list', '--count', 'HEAD'), '3\n');
      assert.equal(await readFile(disk('repository', 'c.txt'), 'utf8'), 'c 3\n');
    });
  });
});

describe(`The root by ${way}`, () => {
  it('shows the shares of the user, lets each be written by its rule, and keeps times of change', async () => {
    const davgate = await sampleDavgate();
    const work = await mkdtemp(join(tmpdir(), 'davgate-root-'));
    let mount: Mount | undefined;
    try {
      const env = {
        ...(await rcloneSettings(davgate.url, 'alice')),
        // For these rclone sends X-OC-Mtime.
        RCLONE_CONFIG_SITE_VENDOR: 'owncloud',
      };
      if (mounts) mount = await mountByRclone('site:', work, env);
      const shown = mount
        ? await readdir(mount.folder)
        : (await run('rclone', ['lsf', 'site:'], { env })).trim().replaceAll('/', '').split('\n');
      assert.ok(shown.includes('docs') && shown.includes('scratch'), shown.join());
      assert.ok(!shown.includes('staff'), 'alice may not read /staff.');
      const place = mount ? new MountedWorkplace(mount.folder) : new CommandWorkplace(env);
      await place.write('docs/by root.txt', 'written\n');
      await untilPasses(async () => {
        assert.equal(await readFile(join(davgate.folder, 'docs', 'by root.txt'), 'utf8'), 'written\n');
      });
      const local = join(work, 'old.txt');
      await writeFile(local, 'old');
      const time = new Date('2001-02-03T04:05:06Z');
      await utimes(local, time, time);
      await run('rclone', ['copyto', local, 'site:docs/old.txt'], { env });
      const { mtime } = await stat(join(davgate.folder, 'docs', 'old.txt'));
      assert.equal(mtime.toISOString(), time.toISOString());
      const refused = await outcomeOf('rclone', ['mkdir', 'site:beside', '--retries', '1'], { env });
      assert.notEqual(refused.code, 0);
    } finally {
      await mount?.unmount();
      await davgate.dispose();
      await rm(work, { recursive: true, force: true });
    }
  });
});

describe('rclone with a tree of 5,000 files', () => {
  it('copies it up by 8 transfers at once, and check finds no difference', async () => {
    const davgate = await sampleDavgate();
    const work = await mkdtemp(join(tmpdir(), 'davgate-tree-'));
    try {
      const tops = Array.from({ length: 8 }, (_, index) => `Ordner ${index} Ü`);
      for (const top of tops) {
        for (let folder = 0; folder < 5; folder += 1) {
          const path = join(work, 'tree', top, `${folder}`);
          await mkdir(path, { recursive: true });
          await Promise.all(
            Array.from({ length: 125 }, (_, file) =>
              writeFile(join(path, `file ${file}.txt`), `${top}/${folder}/${file} `.repeat(file)),
            ),
          );
        }
      }
      const env = await rcloneSettings(`${davgate.url}/docs`, 'alice');
      const rclone = (...args: string[]): Promise<string> => run('rclone', args, { env, cwd: work });
      // One rclone asks a WebDAV server no more than 100 times a second: eight of them, with a transfer each.
      await Promise.all(
        tops.map((top) => rclone('copy', `tree/${top}`, `site:tree/${top}`, '--transfers', '1')),
      );
      assert.match(await rclone('size', 'site:tree', '--json'), /"count":5000,/);
      await rclone('check', 'tree', 'site:tree', '--checkers', '8');
      // And byte by byte, where it lies.
      await run('diff', ['--recursive', '--brief', 'tree', join(davgate.folder, 'docs', 'tree')], {
        cwd: work,
      });
    } finally {
      await davgate.dispose();
      await rm(work, { recursive: true, force: true });
    }
  });
});
