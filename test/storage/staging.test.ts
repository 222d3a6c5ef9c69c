import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { originText, type StagingOwner } from '../../src/storage/local/staging.js';
import { bodyOf, openBody } from '../contracts/bodies.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localOptions, owner } from './local-setting.js';

const folderName = '.davgate-staging';
const day = 24 * 60 * 60 * 1000;

/** A share in which earlier processes left `names`, each `age` milliseconds old. */
function leftBehind(t: TestContext, names: readonly string[], age = 0) {
  const root = temporaryFolder(t);
  const staging = join(root, folderName);
  mkdirSync(staging);
  const time = (Date.now() - age) / 1000;
  for (const name of names) {
    writeFileSync(join(staging, name), 'half');
    utimesSync(join(staging, name), time, time);
  }
  const start = (changes: Partial<StagingOwner> = {}) =>
    new LocalStorage(root, { ...localOptions, owner: { ...owner, ...changes } });
  return { root, staging, start, left: () => readdirSync(staging).sort() };
}

describe('what an earlier process left unfinished', () => {
  test('goes at the start when that process of this host has ended', (t) => {
    const { root, start } = leftBehind(t, ['here.7.00ff', 'here.8.00ff']);
    start();
    assert.deepEqual(readdirSync(root), []);
  });

  test('stays while its process runs', (t) => {
    const { start, left } = leftBehind(t, ['here.2.00ff', 'here.7.00ff']);
    start();
    assert.deepEqual(left(), ['here.2.00ff']);
  });

  test('goes when its process had the number that this one has: it is this one\u2019s predecessor', (t) => {
    const { root, start } = leftBehind(t, ['here.1.00ff']);
    start();
    assert.deepEqual(readdirSync(root), []);
  });

  test('stays when it is of another host and young, whatever runs here', (t) => {
    const names = ['here2.7.00ff', 'her.7.00ff', 'there.1.00ff', 'there.7.00ff'];
    const { start, left } = leftBehind(t, names, day - 60_000);
    start();
    assert.deepEqual(left(), [...names].sort());
  });

  test('goes after a day, of whatever host and form', (t) => {
    const { root, start } = leftBehind(t, ['there.1.00ff', 'here.2.00ff', 'noise', 'a.b.c.d'], day + 60_000);
    start();
    assert.deepEqual(readdirSync(root), []);
  });

  test('is known by its host also where the host\u2019s name has dots and odd characters', (t) => {
    const host = 'files.example.org/\u00e4';
    const named = encodeURIComponent(host);
    const { start, left } = leftBehind(t, [`${named}.7.00ff`, `${named}.2.00ff`, 'files.7.00ff']);
    start({ host });
    assert.deepEqual(left(), [`${named}.2.00ff`, 'files.7.00ff'].sort());
  });

  test('is not swept where it is no plain file, nor followed where it is a link', (t) => {
    const { root, staging, start, left } = leftBehind(t, []);
    mkdirSync(join(staging, 'here.7.folder'));
    writeFileSync(join(root, 'file'), 'kept');
    symlinkSync('../file', join(staging, 'here.7.00ff'));
    start();
    assert.deepEqual(left(), ['here.7.00ff', 'here.7.folder']);
    assert.ok(existsSync(join(root, 'file')));
  });

  test('goes back to its place where it had been set aside, unless that is taken', (t) => {
    const { root, staging, start } = leftBehind(t, []);
    for (const [name, place] of [
      ['here.7.01', 'gone'],
      ['here.7.02', 'taken'],
      ['here.7.03', 'no/such/folder'],
    ] as const) {
      mkdirSync(join(staging, `${name}.aside`));
      writeFileSync(join(staging, `${name}.aside`, 'file'), `old ${place}`);
      writeFileSync(join(staging, `${name}.origin`), place);
    }
    mkdirSync(join(root, 'taken'));
    start();
    assert.equal(readFileSync(join(root, 'gone', 'file'), 'utf8'), 'old gone');
    assert.deepEqual(readdirSync(join(root, 'taken')), []);
    // Nobody knows where this belongs now, so it is kept rather than lost.
    assert.deepEqual(readdirSync(staging).sort(), ['here.7.03.aside', 'here.7.03.origin']);
  });

  test('comes back member by member where its successor was not whole yet', (t) => {
    const { root, staging, start } = leftBehind(t, []);
    for (const place of ['copied', 'moved']) {
      const aside = join(staging, `here.7.${place === 'copied' ? '01' : '02'}.aside`);
      mkdirSync(join(aside, 'inner'), { recursive: true });
      for (const name of ['both', 'old', join('inner', 'old')]) writeFileSync(join(aside, name), 'old');
      mkdirSync(join(root, place, 'inner'), { recursive: true });
      writeFileSync(join(root, place, 'both'), 'new');
      const arrival = place === 'copied' ? 'by member' : 'at once';
      writeFileSync(
        join(staging, `here.7.${place === 'copied' ? '01' : '02'}.origin`),
        originText(place, arrival),
      );
    }
    start();
    assert.equal(readFileSync(join(root, 'copied', 'both'), 'utf8'), 'new');
    for (const name of ['old', join('inner', 'old')]) {
      assert.equal(readFileSync(join(root, 'copied', name), 'utf8'), 'old');
    }
    assert.deepEqual(readdirSync(join(root, 'moved'), { recursive: true }).sort(), ['both', 'inner']);
    assert.deepEqual(readdirSync(root).sort(), ['copied', 'moved']);
  });

  test('leaves a share alone that has no folder for it', (t) => {
    const root = temporaryFolder(t);
    new LocalStorage(root, localOptions).close();
    assert.deepEqual(readdirSync(root), []);
  });
});

describe('the folder for unfinished files', () => {
  test('holds an upload under its owner\u2019s name, hidden and for nobody else to read', async (t) => {
    const { root, staging, start, left } = leftBehind(t, []);
    const storage = start();
    assert.deepEqual(readdirSync(root), []);
    const body = openBody();
    const writing = storage.write(inShare('/file'), body);
    while (!existsSync(staging) || left().length === 0) await new Promise(setImmediate);
    assert.match(left().join(), /^here\.1\.[0-9a-f]{16}$/);
    assert.equal(statSync(staging).mode & 0o777, 0o700);
    body.push(null);
    await writing;
    assert.deepEqual(left(), []);
  });

  test('is left alone by another storage of this process on the same folder, as at a reload', async (t) => {
    const { root, staging, start, left } = leftBehind(t, []);
    const storage = start();
    const body = openBody();
    const writing = storage.write(inShare('/file'), body);
    while (!existsSync(staging) || left().length === 0) await new Promise(setImmediate);
    const next = start();
    assert.match(left().join(), /^here\.1\.[0-9a-f]{16}$/);
    body.push('whole');
    body.push(null);
    await writing;
    assert.equal(readFileSync(join(root, 'file'), 'utf8'), 'whole');
    storage.close();
    next.close();
    assert.deepEqual(readdirSync(root), ['file']);
  });

  test('is gone after close', async (t) => {
    const { root, start } = leftBehind(t, []);
    const storage = start();
    await storage.write(inShare('/file'), bodyOf('x'));
    await storage.copyFile(inShare('/file'), inShare('/copy'));
    storage.close();
    assert.deepEqual(readdirSync(root).sort(), ['copy', 'file']);
  });

  test('stays after close while another process writes', (t) => {
    const { start, left } = leftBehind(t, ['here.2.00ff', 'there.9.00ff']);
    start().close();
    assert.deepEqual(left(), ['here.2.00ff', 'there.9.00ff']);
  });

  test('is made again when it was removed between two writes', async (t) => {
    const { root, start } = leftBehind(t, []);
    const storage = start();
    for (const name of ['/one', '/two']) {
      await storage.write(inShare(name), bodyOf('x'));
      storage.close();
    }
    assert.deepEqual(readdirSync(root).sort(), ['one', 'two']);
  });

  test('of what names no owner\u2019s process counts as nobody\u2019s, not as process 0', (t) => {
    const asked: number[] = [];
    const { start, left } = leftBehind(t, ['here.x.00ff', 'here..00ff', 'here.2.00ff.more', 'here']);
    start({
      isAlive: (pid) => {
        asked.push(pid);
        return false;
      },
    });
    assert.deepEqual(left(), ['here', 'here..00ff', 'here.2.00ff.more', 'here.x.00ff']);
    assert.deepEqual(asked, []);
  });
});
