import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { ApartStorage } from '../../src/storage/apart/apart-storage.js';
import type { FolderCallsOptions } from '../../src/storage/apart/folder-calls.js';
import { bodyOf, namesIn, textAt } from '../contracts/bodies.js';
import { failing } from '../contracts/failing.js';
import { hangingKinds, type HangingDisk, type HangingKind } from '../helpers/hanging/disks.js';
import { inShare } from '../helpers/paths.js';
import { until, untilPasses } from '../helpers/until.js';
import { folderProgram } from './apart-setting.js';

const file = inShare('/file');

interface Setting {
  readonly disk: HangingDisk;
  readonly storage: ApartStorage;
}

async function onDisk(
  t: TestContext,
  kind: HangingKind,
  limit: number,
  more: Pick<FolderCallsOptions, 'now' | 'onChange'> = {},
): Promise<Setting> {
  const disk = await kind.make();
  const storage = new ApartStorage({
    served: { folder: disk.folder, links: 'followed', durability: 'full', host: 'here', limit },
    program: { ...folderProgram, variables: disk.variables },
    ...more,
  });
  t.after(async () => {
    await disk.answer();
    await storage.close();
    await disk.remove();
  });
  await storage.write(file, bodyOf('old'));
  return { disk, storage };
}

/** Asserts that something fails as everything does while the disk hangs. */
async function mustNotAnswer(answer: Promise<unknown>): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(isFailure(error, 'unavailable'), String(error));
    assert.deepEqual(
      error.headers.map(([name]) => name),
      ['Retry-After'],
    );
    return true;
  });
}

/** The processes that serve folders for this one. */
function folderProcesses(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ');
  return children.filter((pid) => /^\d+$/.test(pid) && servesFolder(pid)).length;
}

function servesFolder(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('folder-program');
  } catch {
    return false;
  }
}

test('This machine has a way to let a disk hang', () => {
  assert.notEqual(hangingKinds.length, 0);
});

for (const kind of hangingKinds) {
  describe(`A folder on a disk that hangs, by ${kind.name}`, () => {
    test('fails every call, then serves again', async (t) => {
      const changes: boolean[] = [];
      const onChange: FolderCallsOptions['onChange'] = (fault) => changes.push(fault !== undefined);
      const { disk, storage } = await onDisk(t, kind, 1000, { onChange });
      await disk.hang();
      await Promise.all([
        mustNotAnswer(storage.stat(file)),
        mustNotAnswer(storage.open(file)),
        mustNotAnswer(namesIn(storage, '/')),
        mustNotAnswer(storage.write(file, bodyOf('new'))),
        mustNotAnswer(storage.remove(file)),
        mustNotAnswer(storage.rename(file, inShare('/other'))),
      ]);
      await mustNotAnswer(storage.stat(file));
      assert.deepEqual(changes, [true]);
      await disk.answer();
      await untilPasses(async () => {
        assert.equal((await storage.stat(file))?.kind, 'file');
      });
      assert.deepEqual(changes, [true, false]);
      assert.equal(await textAt(storage, '/file'), 'old');
      await storage.write(file, bodyOf('new'));
      assert.equal(await textAt(storage, '/file'), 'new');
    });

    test('that hangs while a file is read ends the body', async (t) => {
      const { disk, storage } = await onDisk(t, kind, 1000);
      await storage.write(file, Readable.from([Buffer.alloc(4_000_000, 'x')]));
      const opened = await storage.open(file);
      const body = opened.read();
      assert.ok(body instanceof Readable);
      await once(body, 'data');
      body.pause();
      await disk.hang('read');
      const broken = once(body.on('data', () => undefined).resume(), 'end');
      await mustNotAnswer(broken);
      opened.close();
      await disk.answer();
      await untilPasses(async () => {
        assert.equal((await storage.stat(file))?.kind, 'file');
      });
    });

    test('that hangs while a file is written keeps the old one, and its client’s body alive', async (t) => {
      const { disk, storage } = await onDisk(t, kind, 1000);
      const body = new Readable({ read: () => undefined });
      body.push(Buffer.alloc(100_000, 'x'));
      const over: unknown[] = [];
      const written = storage.write(file, body, {
        ready: () => Promise.resolve(() => (result) => void over.push(result)),
      });
      await disk.hang('write');
      body.push(Buffer.alloc(100_000, 'y'));
      await disk.waits();
      body.push(Buffer.alloc(100_000, 'z'));
      await mustNotAnswer(written);
      assert.equal(body.destroyed, false);
      await disk.answer();
      await untilPasses(async () => {
        assert.equal(await textAt(storage, '/file'), 'old');
      });
      assert.deepEqual(over, []);
      await storage.write(file, bodyOf('new'));
      assert.equal(await textAt(storage, '/file'), 'new');
    });

    test('that hangs between the caller’s consent and the rename tells the caller that it is over', async (t) => {
      const { disk, storage } = await onDisk(t, kind, 1000);
      const over: unknown[] = [];
      await disk.hang('rename');
      const written = storage.write(file, bodyOf('new'), {
        ready: () => Promise.resolve(() => (result) => void over.push(result)),
      });
      await mustNotAnswer(written);
      assert.deepEqual(over, [undefined]);
    });

    test('holds a bounded number of calls, and refuses more at once', async (t) => {
      let time = 0;
      const { disk, storage } = await onDisk(t, kind, 5000, { now: () => time });
      await disk.hang();
      const held = Array.from({ length: 64 }, () => storage.stat(file));
      let settled = 0;
      for (const call of held) call.catch(() => (settled += 1));
      await disk.waits();
      time += 3000;
      await mustNotAnswer(storage.stat(file));
      assert.equal(settled, 0);
      time += 3000;
      for (const call of held) await mustNotAnswer(call);
    });

    test('takes as long as it needs for lengthy work while the disk answers', async (t) => {
      const { disk, storage } = await onDisk(t, kind, 400);
      await disk.hang('fsync');
      const copied = storage.copyFile(file, inShare('/copy'));
      await disk.waits();
      // Longer than a step may take: other calls show that the disk answers all the time.
      const end = performance.now() + 1500;
      while (performance.now() < end) assert.equal((await storage.stat(file))?.kind, 'file');
      await disk.answer();
      await copied;
      assert.equal(await textAt(storage, '/copy'), 'old');
    });

    test('is closed while it hangs', async (t) => {
      const { disk, storage } = await onDisk(t, kind, 1000);
      await disk.hang();
      const asked = mustNotAnswer(storage.stat(file));
      await disk.waits();
      await storage.close();
      await assert.rejects(storage.stat(file), failing('unavailable'));
      await asked.catch(() => undefined);
    });

    test('leaves few processes behind, and none once it answers', async (t) => {
      const { disk, storage } = await onDisk(t, kind, 200);
      const one = folderProcesses();
      assert.equal(one, 1);
      await disk.hang();
      await mustNotAnswer(storage.stat(file));
      // The library's calls end with their process, the kernel's only when the disk answers.
      if (kind.name === 'FUSE') await until(() => folderProcesses() > 2, 'several processes hang');
      await disk.answer();
      await untilPasses(async () => {
        assert.equal((await storage.stat(file))?.kind, 'file');
        assert.equal(folderProcesses(), 1);
      });
    });

    test('that hung during an upload is tidied up when it answers', async (t) => {
      const { disk, storage } = await onDisk(t, kind, 1000);
      await disk.hang('write');
      await mustNotAnswer(storage.write(file, bodyOf('new')));
      await disk.answer();
      await untilPasses(async () => {
        assert.equal(await textAt(storage, '/file'), 'old');
      });
      await storage.close();
      assert.deepEqual(
        readdirSync(disk.behind).filter((name) => name !== 'file'),
        [],
      );
    });
  });
}

test('A folder that is missing is served once it exists', async (t) => {
  const disk = await hangingKinds[0]?.make();
  assert.ok(disk);
  const folder = join(disk.behind, 'later');
  const storage = new ApartStorage({
    served: { folder, links: 'followed', durability: 'full', host: 'here', limit: 1000 },
    program: folderProgram,
  });
  t.after(async () => {
    await storage.close();
    await disk.remove();
  });
  await mustNotAnswer(storage.stat(file));
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'there');
  await untilPasses(async () => {
    assert.equal(await textAt(storage, '/file'), 'there');
  });
});
