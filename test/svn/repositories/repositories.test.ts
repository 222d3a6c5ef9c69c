import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  lchown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import { discardInterruptedCommit } from '../../../src/svn/repositories/interrupted-commit.js';
import { isRepositoryName } from '../../../src/svn/repositories/repository-name.js';
import {
  backUpRepository,
  createRepository,
  type Repositories,
  verifyRepository,
} from '../../../src/svn/repositories/repositories.js';
import { makeRepositories, privateFolder, repositoryOwner, run } from '../apache-fixture.js';

const isRoot = process.getuid?.() === 0;

interface Setting {
  /** Open to everybody, and private to the caller. */
  readonly folder: string;
  readonly closed: string;
  readonly place: Repositories;
  readonly repository: string;
}

/** A repository of another user's with one commit, where the caller is root. */
async function setting(t: TestContext): Promise<Setting> {
  const [folder, closed] = [await privateFolder(), await privateFolder()];
  t.after(() =>
    Promise.all([folder, closed].map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 }))),
  );
  await chmod(folder, 0o755);
  const parent = await makeRepositories(folder, 'one');
  const repository = join(parent, 'one');
  await run('svnmucc', ['-m', 'x', 'put', '/etc/passwd', `file://${repository}/a`]);
  if (isRoot) await run('chown', ['-R', `${repositoryOwner}:${repositoryOwner}`, parent]);
  return {
    folder,
    closed,
    place: { parent, path: process.env.PATH ?? '', uid: process.getuid?.() },
    repository,
  };
}

/** What the repository's owner could do. */
async function linkAs(target: string, path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await symlink(target, path);
  if (isRoot) await lchown(path, repositoryOwner, repositoryOwner);
}

const ownerOf = async (path: string): Promise<number> => (await stat(path)).uid;

describe('svn\u2019s tools', () => {
  it('make what belongs to the repositories\u2019 owner', async (t) => {
    const { place, repository, folder } = await setting(t);
    const name = 'new one';
    assert.ok(isRepositoryName(name));
    await createRepository(place, name);
    const expected = await ownerOf(place.parent);
    for (const path of await readdir(join(place.parent, name), { recursive: true })) {
      assert.equal(await ownerOf(join(place.parent, name, path)), expected, path);
    }
    assert.equal(await verifyRepository(place, 'one'), undefined);
    for (const path of await readdir(repository, { recursive: true })) {
      assert.equal(await ownerOf(join(repository, path)), expected, path);
    }
    assert.equal(await backUpRepository(place, 'one', join(folder, 'backup')), 1);
    assert.equal(await backUpRepository(place, 'one', join(folder, 'backup')), 1);
    assert.equal(await ownerOf(join(folder, 'backup', 'one', 'db', 'current')), process.getuid?.());
    if (isRoot) assert.equal((await stat(join(folder, 'backup', 'one'))).mode & 0o077, 0);
  });

  it('work in a folder that its owner cannot reach, and give back what they make', async (t) => {
    const { place, closed } = await setting(t);
    const parent = join(closed, 'repositories');
    await rename(place.parent, parent);
    const moved = { ...place, parent };
    const expected = await ownerOf(parent);
    const cache = join(parent, 'one', 'db', 'rep-cache.db');
    // As an earlier davgate may have left it.
    if (isRoot) await chown(cache, 0, 0);
    assert.equal(await verifyRepository(moved, 'one'), undefined);
    assert.equal(await ownerOf(cache), expected);
    const name = 'two';
    assert.ok(isRepositoryName(name));
    await createRepository(moved, name);
    assert.equal(await ownerOf(join(parent, name, 'db', 'current')), expected);
    assert.equal(await ownerOf(join(parent, name)), expected);
  });

  it('finish what a killed commit has left, as its owner', async (t) => {
    const { place, repository } = await setting(t);
    for (const kind of ['revs', 'revprops']) {
      await run('cp', ['-p', join(repository, 'db', kind, '0', '1'), join(repository, 'db', kind, '0', '2')]);
    }
    assert.equal(await discardInterruptedCommit(repository, place), true);
    assert.deepEqual(await readdir(join(repository, 'db', 'revs', '0')), ['0', '1']);
  });
});

if (isRoot) {
  describe('svn\u2019s tools, run by root on what a hostile user owns', () => {
    it('change the owner of nothing that db/ or the repository leads to', async (t) => {
      const { closed, folder, place, repository } = await setting(t);
      const shared = join(folder, 'shared');
      await mkdir(shared);
      await writeFile(join(shared, 'secret'), 'x');
      for (const [name, text] of [
        ['fs-type', 'fsfs\n'],
        ['current', '1\n'],
        ['format', '8\nlayout sharded 1000\n'],
      ] as const) {
        await writeFile(join(shared, name), text);
        await chown(join(shared, name), repositoryOwner, repositoryOwner);
      }
      for (const path of [join(repository, 'db'), repository]) {
        await linkAs(path === repository ? folder : shared, path);
        if (path === repository) await rename(shared, join(folder, 'db'));
        const at = path === repository ? join(folder, 'db') : shared;
        assert.notEqual(await verifyRepository(place, 'one').catch(String), undefined);
        await discardInterruptedCommit(repository, place).catch(() => undefined);
        await assert.rejects(backUpRepository(place, 'one', join(closed, 'backup')));
        assert.equal(await ownerOf(join(at, 'secret')), 0);
      }
    });

    it('make nothing where a link in db/ leads', async (t) => {
      const { closed, place, repository } = await setting(t);
      const target = join(closed, 'made');
      for (const name of ['rep-cache.db', 'write-lock', 'pack-lock']) {
        await linkAs(target, join(repository, 'db', name));
      }
      await verifyRepository(place, 'one');
      await discardInterruptedCommit(repository, place).catch(() => undefined);
      assert.equal(existsSync(target), false);
    });

    it('change nobody\u2019s file while the owner swaps files for links', async (t) => {
      const { closed, place, repository } = await setting(t);
      const victim = join(closed, 'victim');
      await writeFile(victim, 'x', { mode: 0o600 });
      const swap =
        'while :; do rm -f db/rep-cache.db; ln -s "$1" db/rep-cache.db; mv db/fs-type db/t; ln -s "$1" db/fs-type; mv -f db/t db/fs-type; done';
      const hostile = spawn('/bin/sh', ['-c', swap, 'swap', victim], {
        ...{ cwd: repository, stdio: 'ignore', detached: true, uid: repositoryOwner, gid: repositoryOwner },
      });
      const ended = once(hostile, 'exit');
      for (let round = 0; round < 20; round += 1) {
        await verifyRepository(place, 'one').catch(() => undefined);
        await discardInterruptedCommit(repository, place).catch(() => undefined);
      }
      // What the shell has started goes on by itself for a moment.
      process.kill(-(hostile.pid ?? 0), 'SIGKILL');
      await ended;
      assert.equal(await ownerOf(victim), 0);
      assert.equal(await readFile(victim, 'utf8'), 'x');
    });

    it('copy nothing that a link leads to', async (t) => {
      const { closed, place, repository } = await setting(t);
      await writeFile(join(closed, 'secret'), 'the secret\n', { mode: 0o600 });
      for (const name of ['fsfs.conf', 'revs/0/1', 'current']) {
        const path = join(repository, 'db', name);
        await rename(path, `${path}.kept`);
        await linkAs(join(closed, 'secret'), path);
        const to = join(closed, 'backup');
        await assert.rejects(backUpRepository(place, 'one', to), { kind: 'conflict', message: /is a link/ });
        assert.deepEqual(await readdir(to), []);
        await rename(`${path}.kept`, path);
      }
      assert.equal(await backUpRepository(place, 'one', join(closed, 'backup')), 1);
    });

    it('make a repository in root\u2019s own folder, for Apache\u2019s user', async (t) => {
      const { folder, place } = await setting(t);
      const parent = join(folder, 'of-root');
      await mkdir(parent, { mode: 0o755 });
      const name = 'three';
      assert.ok(isRepositoryName(name));
      await createRepository({ ...place, parent }, name);
      assert.deepEqual(await readdir(parent), ['three']);
      assert.notEqual(await ownerOf(join(parent, name)), 0);
      for (const path of await readdir(join(parent, name), { recursive: true })) {
        assert.notEqual(await ownerOf(join(parent, name, path)), 0, path);
      }
    });

    it('make no repository where others may write who are not Apache\u2019s user', async (t) => {
      const { folder, place } = await setting(t);
      const parent = join(folder, 'of-a-group');
      await mkdir(parent);
      await chown(parent, 0, 12345);
      await chmod(parent, 0o775);
      const name = 'three';
      assert.ok(isRepositoryName(name));
      await assert.rejects(createRepository({ ...place, parent }, name), {
        kind: 'conflict',
        message: /^Users other than root may write in .*\. Remove their write permission \(chmod go-w\)/,
      });
      assert.deepEqual(await readdir(parent), []);
    });

    it('make a repository with its owner\u2019s rights alone where the way to the folder is closed to them', async (t) => {
      const { closed, place } = await setting(t);
      const parent = join(closed, 'repositories');
      await rename(place.parent, parent);
      const name = 'three';
      assert.ok(isRepositoryName(name));
      const victim = join(closed, 'victim');
      await mkdir(victim);
      await writeFile(join(victim, 'secret'), 'x');
      // Its owner, who has the folder open, puts what is not theirs into the place.
      await mkdir(join(parent, '.three.new'), { mode: 0o777 });
      await chown(join(parent, '.three.new'), repositoryOwner, repositoryOwner);
      await mkdir(join(parent, '.three.new', 'x'));
      await writeFile(join(parent, '.three.new', 'x', 'of-root'), '');
      await assert.rejects(createRepository({ ...place, parent }, name), { kind: 'internal' });
      assert.equal(existsSync(join(parent, '.three.new', 'x', 'of-root')), true);
      await rm(join(parent, '.three.new'), { recursive: true });
      const swap = 'while :; do ln -s "$1" .three.new; rm -rf .three.new/; ln -sfn "$1" .three.new/db; done';
      const hostile = spawn('/bin/sh', ['-c', swap, 'swap', victim], {
        ...{ cwd: parent, stdio: 'ignore', detached: true, uid: repositoryOwner, gid: repositoryOwner },
      });
      const ended = once(hostile, 'exit');
      for (let round = 0; round < 10; round += 1) {
        await createRepository({ ...place, parent }, name).catch((error: unknown) => {
          assert.ok(isFailure(error), String(error));
        });
        await rm(join(parent, name), { recursive: true, force: true });
      }
      // What the shell has started goes on by itself for a moment.
      process.kill(-(hostile.pid ?? 0), 'SIGKILL');
      await ended;
      assert.equal(await ownerOf(victim), 0);
      assert.equal(await ownerOf(join(victim, 'secret')), 0);
    });

    it('make no repository where a link leads', async (t) => {
      const { closed, place } = await setting(t);
      await mkdir(join(closed, 'empty'));
      await linkAs(join(closed, 'empty'), join(place.parent, '.three.new'));
      const name = 'three';
      assert.ok(isRepositoryName(name));
      await createRepository(place, name);
      assert.deepEqual(await readdir(join(closed, 'empty')), []);
      assert.equal(await ownerOf(join(closed, 'empty')), 0);
      assert.equal(await ownerOf(join(place.parent, 'three', 'db', 'current')), repositoryOwner);
    });
  });
}
