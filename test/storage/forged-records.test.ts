import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { parseOrigin } from '../../src/storage/local/origin.js';
import { bodyOf, textAt } from '../contracts/bodies.js';
import { openBelow } from '../contracts/descriptors.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localOptions } from './local-setting.js';
import { ordinaryUser } from './ordinary-user.js';

const folderName = '.davgate-staging';

/** A share, a folder beside it, and in the share what looks as if an earlier process had set it aside. */
function stranded(t: TestContext, mode = 0o700) {
  const folder = temporaryFolder(t);
  const [root, outside] = [join(folder, 'share'), join(folder, 'outside')];
  const staging = join(root, folderName);
  for (const path of [root, outside, join(root, 'inside'), staging]) mkdirSync(path);
  chmodSync(staging, mode);
  writeFileSync(join(staging, 'here.7.01.aside'), 'set aside');
  const origin = (text: string): void => {
    writeFileSync(join(staging, 'here.7.01.origin'), text);
  };
  const start = (): LocalStorage => new LocalStorage(root, localOptions);
  return { folder, root, outside, staging, origin, start };
}

describe('a record of where something belongs', () => {
  const forged: readonly [what: string, text: (setting: ReturnType<typeof stranded>) => string][] = [
    ['climbs out of the share', () => '../outside/got'],
    ['climbs out later', () => 'inside/../../outside/got'],
    ['is absolute', ({ outside }) => join(outside, 'got')],
    ['goes through a link that leads out', () => 'link/got'],
    ['goes through a link that leads inside', () => 'link-inside/got'],
    ['stays where it is', () => './got'],
    ['goes up and back', () => 'inside/../got'],
    ['has an empty name', () => 'inside//got'],
    ['is empty', () => ''],
    ['ends with a slash', () => 'inside/'],
    ['names the folder of records', () => `${folderName}/got`],
    ['names another of davgate\u2019s own', () => '.davgate-got'],
    ['has a NUL', () => 'got\0'],
    ['has more lines', () => 'got\nby member\nmore'],
    ['arrives otherwise', () => 'got\nat noon'],
    ['is longer than any path', () => 'a/'.repeat(40_000) + 'got'],
  ];
  for (const [what, text] of forged) {
    test(`that ${what} moves nothing, and what was set aside stays`, (t) => {
      const setting = stranded(t);
      const { root, outside, staging } = setting;
      symlinkSync(outside, join(root, 'link'));
      symlinkSync('inside', join(root, 'link-inside'));
      setting.origin(text(setting));
      setting.start();
      assert.deepEqual(readdirSync(outside), []);
      assert.deepEqual(readdirSync(join(root, 'inside')), []);
      assert.deepEqual(readdirSync(root).sort(), [folderName, 'inside', 'link', 'link-inside']);
      assert.deepEqual(readdirSync(staging).sort(), ['here.7.01.aside', 'here.7.01.origin']);
      assert.deepEqual(openBelow(setting.folder), []);
    });
  }

  test('that davgate has written is followed, as ever', (t) => {
    const { root, origin, start } = stranded(t, 0o755);
    origin('inside/back');
    start();
    assert.equal(readFileSync(join(root, 'inside/back'), 'utf8'), 'set aside');
    assert.deepEqual(readdirSync(root), ['inside']);
  });

  test('that is a link, or has a second name, moves nothing', (t) => {
    for (const make of [symlinkSync, linkSync]) {
      const { root, outside, staging, start } = stranded(t);
      writeFileSync(join(outside, 'record'), 'inside/got');
      make(join(outside, 'record'), join(staging, 'here.7.01.origin'));
      start();
      assert.deepEqual(readdirSync(join(root, 'inside')), []);
      assert.ok(existsSync(join(staging, 'here.7.01.aside')));
    }
  });

  test('that merges member by member merges into no link', (t) => {
    const { root, outside, staging, start } = stranded(t);
    mkdirSync(join(staging, 'here.7.02.aside/sub'), { recursive: true });
    writeFileSync(join(staging, 'here.7.02.aside/sub/old'), 'old');
    writeFileSync(join(staging, 'here.7.02.aside/old'), 'old');
    writeFileSync(join(staging, 'here.7.02.origin'), 'merged\nby member');
    mkdirSync(join(root, 'merged'));
    symlinkSync(outside, join(root, 'merged/sub'));
    start();
    assert.equal(readFileSync(join(root, 'merged/old'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(outside), []);
  });

  test('is taken apart into names, or is none', () => {
    assert.deepEqual(parseOrigin('a/b c/\u00e9'), { names: ['a', 'b c', '\u00e9'], arrival: 'at once' });
    assert.deepEqual(parseOrigin('a\nby member'), { names: ['a'], arrival: 'by member' });
    for (const text of ['', '/', '/a', 'a/', '..', 'a/../b', 'a\n', 'a\n\n', 'a/.davgate-x']) {
      assert.equal(parseOrigin(text), undefined, JSON.stringify(text));
    }
  });
});

describe('the folder for unfinished files', () => {
  test('that is a link is neither swept nor written through', async (t) => {
    const { root, outside, start } = stranded(t);
    const linked = join(root, 'inside', folderName);
    writeFileSync(join(outside, 'here.7.01'), 'kept');
    symlinkSync(outside, linked);
    const storage = new LocalStorage(join(root, 'inside'), localOptions);
    await assert.rejects(storage.write(inShare('/file'), bodyOf('x')), failing('unavailable'));
    storage.close();
    start().close();
    assert.ok(lstatSync(linked).isSymbolicLink());
    assert.deepEqual(readdirSync(outside), ['here.7.01']);
    assert.deepEqual(readdirSync(join(root, 'inside')), [folderName]);
    assert.deepEqual(openBelow(root), []);
  });

  test('is closed to others where it was open', async (t) => {
    const { root, staging, start } = stranded(t, 0o777);
    writeFileSync(join(staging, 'here.2.00ff'), 'of a running process');
    const storage = start();
    assert.equal(lstatSync(staging).mode & 0o777, 0o700);
    await storage.write(inShare('/file'), bodyOf('x'));
    assert.equal(await textAt(storage, '/file'), 'x');
    assert.ok(existsSync(join(root, folderName)));
  });

  test('that another user has made is left alone, and nothing is uploaded', async (t) => {
    const { root, staging, origin, start } = stranded(t);
    origin('inside/got');
    if (process.geteuid?.() !== 0) {
      // Only root can give a folder away; to all others the system root's folders are another user's.
      const storage = start();
      assert.equal(readFileSync(join(root, 'inside/got'), 'utf8'), 'set aside');
      storage.close();
      return;
    }
    assert.ok(ordinaryUser !== undefined);
    chownSync(staging, ordinaryUser, ordinaryUser);
    const storage = start();
    await assert.rejects(storage.write(inShare('/file'), bodyOf('x')), failing('unavailable'));
    assert.deepEqual(readdirSync(staging).sort(), ['here.7.01.aside', 'here.7.01.origin']);
    assert.deepEqual(readdirSync(root).sort(), [folderName, 'inside']);
    assert.deepEqual(openBelow(root), []);
  });

  test('that was open to others holds what another user has put there: that stays', (t) => {
    const { root, staging, origin, start } = stranded(t, 0o777);
    origin('inside/got');
    if (process.geteuid?.() === 0 && ordinaryUser !== undefined) {
      for (const name of readdirSync(staging)) chownSync(join(staging, name), ordinaryUser, ordinaryUser);
      start();
      assert.deepEqual(readdirSync(join(root, 'inside')), []);
      assert.deepEqual(readdirSync(staging).sort(), ['here.7.01.aside', 'here.7.01.origin']);
    } else {
      start();
      assert.deepEqual(readdirSync(join(root, 'inside')), ['got']);
    }
  });
});
