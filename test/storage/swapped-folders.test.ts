import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import type { DavStorage } from '../../src/storage/storage.js';
import { bodyOf, bytesOf, openBody } from '../contracts/bodies.js';
import { openBelow } from '../contracts/descriptors.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localOptions } from './local-setting.js';
import { swapping } from './swapping.js';

const tries = 100_000;

/** A share, and beside it a folder in which everything has the same name and is something else. */
function besideEachOther(t: TestContext) {
  const folder = temporaryFolder(t);
  const [root, outside] = [join(folder, 'share'), join(folder, 'outside')];
  const whole = join(outside, 'whole');
  for (const [base, text] of [
    [join(root, 'folder'), 'inside'],
    [join(root, 'deep/folder'), 'inside'],
    [whole, 'from outside'],
  ] as const) {
    for (const name of ['sub', 'made', 'old', 'gone']) mkdirSync(join(base, name), { recursive: true });
    for (const name of ['file', 'sub/file', 'put', 'copied', 'moved', 'old/file'])
      writeFileSync(join(base, name), text);
  }
  mkdirSync(join(root, 'elsewhere'));
  writeFileSync(join(root, 'file'), 'inside');
  writeFileSync(join(whole, 'only outside'), 'from outside');
  // A link goes where the folder stood, and the other way round.
  symlinkSync(whole, join(root, 'folder-swapped'));
  symlinkSync('../../outside/whole', join(root, 'deep/folder-swapped'));
  symlinkSync(join(whole, 'file'), join(root, 'file-swapped'));
  const pairs = ['folder', 'deep/folder', 'file'].map(
    (name) => [join(root, name), join(root, `${name}-swapped`)] as const,
  );
  // Reading a file that was read longer ago than it was written shows in its time.
  for (const name of readdirSync(outside, { recursive: true, encoding: 'utf8' })) {
    const { mtimeMs } = lstatSync(join(outside, name));
    utimesSync(join(outside, name), mtimeMs / 1000 - 10, mtimeMs / 1000);
  }
  return { root, outside, whole, pairs };
}

/** All that changes when something is read, written, made or removed there. */
function stateOf(folder: string): string[] {
  return ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].sort().map((name) => {
    const stats = lstatSync(join(folder, name));
    const { ino, mode, uid, size, nlink, atimeMs, mtimeMs, ctimeMs } = stats;
    // Folders have been read for this.
    return [name, ino, mode, uid, size, nlink, stats.isFile() ? atimeMs : 0, mtimeMs, ctimeMs].join(' ');
  });
}

type Try = (storage: DavStorage, folder: string) => Promise<unknown>;

/** What is tried, each with its share of all tries. */
const methods: Readonly<Record<string, readonly [share: number, attempt: Try]>> = {
  GET: [
    0.4,
    async (storage, folder) => {
      for (const path of ['/file', `${folder}/file`, `${folder}/sub/file`]) {
        const file = await storage.open(inShare(path)).catch(ifFailure);
        if (!file) continue;
        const text = (await bytesOf(file.read())).toString();
        file.close();
        assert.equal(text, 'inside', path);
      }
    },
  ],
  PROPFIND: [
    0.22,
    async (storage, folder) => {
      for (const path of [folder, `${folder}/sub`]) {
        for await (const batch of storage.list(inShare(path))) {
          for (const { name, stat } of batch) {
            assert.notEqual(name, 'only outside');
            assert.ok(stat.kind === 'collection' || stat.size !== 12, name);
          }
        }
      }
      const stat = await storage.stat(inShare(`${folder}/file`));
      assert.ok(stat?.kind !== 'file' || stat.size === 6);
    },
  ],
  PUT: [0.1, (storage, folder) => storage.write(inShare(`${folder}/put`), bodyOf('inside'))],
  COPY: [0.08, (storage, folder) => storage.copyFile(inShare(`${folder}/file`), inShare(`${folder}/copied`))],
  MOVE: [
    0.07,
    async (storage, folder) => {
      await storage.rename(inShare(`${folder}/moved`), inShare('/elsewhere/moved')).catch(ifFailure);
      await storage.rename(inShare('/elsewhere/moved'), inShare(`${folder}/moved`));
    },
  ],
  DELETE: [
    0.06,
    async (storage, folder) => {
      await storage.remove(inShare(`${folder}/gone`)).catch(ifFailure);
      await storage.makeCollection(inShare(`${folder}/gone`));
    },
  ],
  'MOVE over a folder': [
    0.02,
    async (storage, folder) => {
      const aside = await storage.setAside(inShare(`${folder}/old`), 'at once').catch(ifFailure);
      await storage.makeCollection(inShare(`${folder}/old`)).catch(ifFailure);
      await storage.write(inShare(`${folder}/old/file`), bodyOf('inside')).catch(ifFailure);
      await aside?.discard();
    },
  ],
  PROPPATCH: [0.05, (storage, folder) => storage.setModified(inShare(`${folder}/sub/file`), Date.now())],
};

/** The links are swapped all the time: whatever is refused is refused in its way, and not as a fault of the server's. */
function ifFailure(error: unknown): undefined {
  assert.ok(isFailure(error), String(error));
  assert.notEqual(error.kind, 'internal', String(error.cause));
}

test(`${tries} requests while another process swaps folders and files for links that lead out: none gets out`, async (t) => {
  const { root, outside, pairs } = besideEachOther(t);
  const storage = new LocalStorage(root, localOptions);
  const before = stateOf(outside);
  const swaps = await swapping(t, pairs);
  const told: string[] = [];
  const crossed: string[] = [];
  for (const [method, [share, attempt]] of Object.entries(methods)) {
    const outcomes = { done: 0, refused: 0, crossed: 0 };
    for (let count = 0; count < share * tries; count += 1) {
      try {
        await attempt(storage, count % 2 ? '/folder' : '/deep/folder');
        outcomes.done += 1;
      } catch (error) {
        if (error instanceof assert.AssertionError) {
          outcomes.crossed += 1;
          crossed.push(`${method}: ${error.message}`);
        } else {
          ifFailure(error);
          outcomes.refused += 1;
        }
      }
    }
    told.push(`${method} ${JSON.stringify(outcomes)}`);
    assert.ok(outcomes.done > 0, `${method} was never done`);
  }
  const times = await swaps.end();
  t.diagnostic(`${times} swaps; ${told.join(', ')}`);
  assert.ok(times > 1000, `only ${times} swaps`);
  assert.deepEqual(stateOf(outside), before);
  assert.deepEqual(crossed, []);
  assert.deepEqual(openBelow(join(root, '..')), []);
});

describe('a body that is slow', () => {
  const changes: readonly (readonly [string, (setting: ReturnType<typeof besideEachOther>) => void])[] = [
    [
      'is swapped for a link that leads out',
      ({ root }) => {
        renameSync(join(root, 'folder'), join(root, 'folder-gone'));
        renameSync(join(root, 'folder-swapped'), join(root, 'folder'));
      },
    ],
    [
      'is moved out, and a link left that leads there',
      ({ root, outside }) => {
        renameSync(join(root, 'folder'), join(outside, 'folder'));
        symlinkSync(join(outside, 'folder'), join(root, 'folder'));
      },
    ],
    [
      'is moved away, and nothing left',
      ({ root }) => {
        renameSync(join(root, 'folder'), join(root, 'folder-gone'));
      },
    ],
    [
      'is replaced by another one',
      ({ root }) => {
        renameSync(join(root, 'folder'), join(root, 'folder-gone'));
        mkdirSync(join(root, 'folder'));
      },
    ],
    [
      'lies in a folder that is swapped for a link that leads out',
      ({ root, outside }) => {
        renameSync(root, `${root}-gone`);
        symlinkSync(outside, root);
        mkdirSync(join(outside, 'folder'));
      },
    ],
  ];
  for (const [what, change] of changes) {
    test(`whose folder ${what} makes no file anywhere`, async (t) => {
      const setting = besideEachOther(t);
      const storage = new LocalStorage(setting.root, localOptions);
      const body = openBody();
      const writing = storage.write(inShare('/folder/new'), body);
      body.push('half');
      while (openBelow(setting.root).length === 0) await new Promise(setImmediate);
      change(setting);
      const before = stateOf(setting.outside);
      body.push('whole');
      body.push(null);
      await assert.rejects(writing, failing('not-found'));
      assert.deepEqual(stateOf(setting.outside), before);
      const all = readdirSync(join(setting.root, '..'), { recursive: true, encoding: 'utf8' });
      assert.deepEqual(
        all.filter((name) => name.endsWith('/new')),
        [],
      );
      assert.deepEqual(openBelow(join(setting.outside, '..')), []);
    });
  }
});
