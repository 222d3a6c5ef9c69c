import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileStatOf, freshModificationTime } from '../../src/storage/local/file-stat.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { bodyOf, brokenBody, bytesOf, namesIn, openBody, textAt } from '../contracts/bodies.js';
import { openBelow } from '../contracts/descriptors.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localOptions, localStorage } from './local-setting.js';
import { checking } from '../contracts/checking.js';
import { asOrdinaryUser, ordinaryUser } from './ordinary-user.js';

const large = 400_000;

describe('names that davgate keeps for itself', () => {
  const names = ['.davgate-staging', '.davgate-x', '.davgate-'];

  test('are not there for a client, at any depth', async (t) => {
    const { folder, storage } = localStorage(t);
    mkdirSync(join(folder, 'folder/.davgate-x'), { recursive: true });
    mkdirSync(join(folder, '.davgate-x'));
    writeFileSync(join(folder, '.davgate-x/file'), 'hidden');
    writeFileSync(join(folder, 'folder/.davgate-'), 'hidden');
    assert.deepEqual(await namesIn(storage, '/'), ['folder']);
    assert.deepEqual(await namesIn(storage, '/folder'), []);
    for (const path of ['/.davgate-x', '/.davgate-x/file', '/folder/.davgate-', '/folder/.davgate-x']) {
      assert.equal(await storage.stat(inShare(path)), undefined, path);
      await assert.rejects(storage.open(inShare(path)), failing('not-found'), path);
      await assert.rejects(storage.remove(inShare(path)), failing('not-found'), path);
      await assert.rejects(storage.rename(inShare(path), inShare('/stolen')), failing('not-found'), path);
    }
  });

  test('cannot be made', async (t) => {
    const { folder, storage } = localStorage(t);
    await storage.write(inShare('/file'), bodyOf('x'));
    for (const name of names) {
      const path = inShare(`/${name}`);
      await assert.rejects(storage.write(path, bodyOf('x')), failing('forbidden'), name);
      await assert.rejects(storage.makeCollection(path), failing('forbidden'), name);
      await assert.rejects(storage.copyFile(inShare('/file'), path), failing('forbidden'), name);
      await assert.rejects(storage.rename(inShare('/file'), path), failing('forbidden'), name);
    }
    storage.close();
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  test('are those that begin so, and no others', async (t) => {
    const { storage } = localStorage(t);
    const others = ['.davgate', '.davgat-x', 'a.davgate-x', '.DAVGATE-X'];
    for (const name of others) await storage.write(inShare(`/${name}`), bodyOf(name));
    assert.deepEqual(await namesIn(storage, '/'), [...others].sort());
  });
});

describe('what is neither file nor folder', () => {
  test('is not there: a pipe is not waited for', async (t) => {
    const { folder, storage } = localStorage(t);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    assert.deepEqual(await namesIn(storage, '/'), []);
    assert.equal(await storage.stat(inShare('/pipe')), undefined);
    await assert.rejects(storage.open(inShare('/pipe')), failing('not-found'));
    await assert.rejects(storage.write(inShare('/pipe'), bodyOf('x')), failing('method-not-allowed'));
    await assert.rejects(storage.makeCollection(inShare('/pipe')), failing('method-not-allowed'));
    assert.ok(statSync(join(folder, 'pipe')).isFIFO());
    assert.deepEqual(openBelow(folder), []);
  });

  test('is not there: a socket', async (t) => {
    const { folder, storage } = localStorage(t);
    const server = createServer().listen(join(folder, 'socket'));
    t.after(() => {
      server.close();
    });
    await once(server, 'listening');
    assert.deepEqual(await namesIn(storage, '/'), []);
    await assert.rejects(storage.open(inShare('/socket')), failing('not-found'));
    await assert.rejects(storage.write(inShare('/socket'), bodyOf('x')), failing('method-not-allowed'));
  });

  test('names that no request can spell are not listed', async (t) => {
    const { folder, storage } = localStorage(t);
    for (const name of [Buffer.from('back\\slash'), Buffer.from('line\nbreak'), Buffer.from([0x61, 0xff])]) {
      writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), 'x');
    }
    await storage.write(inShare('/shown'), bodyOf('x'));
    assert.deepEqual(await namesIn(storage, '/'), ['shown']);
  });
});

describe('an open file', () => {
  for (const size of [10, large]) {
    test(`of ${size} bytes stays what it was when it is replaced, removed or renamed away`, async (t) => {
      const { storage } = localStorage(t);
      for (const change of ['replace', 'remove', 'rename'] as const) {
        await storage.write(inShare('/file'), bodyOf('o'.repeat(size)));
        const file = await storage.open(inShare('/file'));
        if (change === 'replace') await storage.write(inShare('/file'), bodyOf('n'.repeat(size)));
        else if (change === 'remove') await storage.remove(inShare('/file'));
        else await storage.rename(inShare('/file'), inShare('/away'));
        assert.equal((await bytesOf(file.read())).toString(), 'o'.repeat(size), change);
        file.close();
      }
    });
  }

  test('is read at once where it is small, and streamed where it is not', async (t) => {
    const { storage } = localStorage(t);
    await storage.write(inShare('/file'), bodyOf('x'.repeat(large)));
    const file = await storage.open(inShare('/file'));
    assert.ok(Buffer.isBuffer(file.read({ first: 0, last: 65_535 })));
    const stream = file.read({ first: 0, last: 65_536 });
    assert.ok(stream instanceof Readable);
    stream.destroy();
    await once(stream, 'close');
    file.close();
  });

  test('that shrinks under the reader fails rather than giving less than it said', async (t) => {
    const { folder, storage } = localStorage(t);
    await storage.write(inShare('/file'), bodyOf('0123456789'));
    const file = await storage.open(inShare('/file'));
    truncateSync(join(folder, 'file'), 4);
    assert.throws(() => file.read(), failing('internal'));
    file.close();
  });

  test('is let go of by close, at once or when its streams have ended', async (t) => {
    const { folder, storage } = localStorage(t);
    await storage.write(inShare('/file'), bodyOf('x'.repeat(large)));
    const path = join(folder, 'file');

    const unread = await storage.open(inShare('/file'));
    assert.deepEqual(openBelow(folder), [path]);
    unread.close();
    assert.deepEqual(openBelow(folder), []);

    const ended = await storage.open(inShare('/file'));
    const [one, two] = [ended.read(), ended.read({ first: 1, last: large - 1 })];
    ended.close();
    assert.equal((await bytesOf(one)).length, large);
    assert.deepEqual(openBelow(folder), [path]);
    assert.equal((await bytesOf(two)).length, large - 1);
    await turn();
    assert.deepEqual(openBelow(folder), []);
  });

  test('is let go of when its stream is destroyed at any moment', async (t) => {
    const { folder, storage } = localStorage(t);
    await storage.write(inShare('/file'), bodyOf('x'.repeat(large)));
    for (const moment of ['before the first byte', 'in the middle'] as const) {
      const file = await storage.open(inShare('/file'));
      const stream = file.read();
      assert.ok(stream instanceof Readable);
      if (moment === 'in the middle') {
        stream.resume();
        await once(stream, 'data');
      }
      stream.destroy();
      file.close();
      await once(stream, 'close');
      assert.deepEqual(openBelow(folder), [], moment);
    }
  });
});

describe('no descriptor stays open after', () => {
  test('a listing, whole or left early', async (t) => {
    const { folder, storage } = localStorage(t);
    for (let index = 0; index < 700; index += 1) writeFileSync(join(folder, `file-${index}`), '');
    assert.equal((await namesIn(storage, '/')).length, 700);
    assert.deepEqual(openBelow(folder), []);
    let batches = 0;
    for await (const batch of storage.list(inShare('/'))) {
      assert.ok(batch.length > 0 && batch.length < 700);
      // By its path, and to read the names.
      assert.deepEqual(openBelow(folder), [folder, folder]);
      batches += 1;
      if (batches === 2) break;
    }
    assert.equal(batches, 2);
    assert.deepEqual(openBelow(folder), []);
  });

  test('writes that end well and writes that do not', async (t) => {
    for (const durability of ['full', 'relaxed'] as const) {
      const { folder, storage } = localStorage(t, { ...localOptions, durability });
      const check = (): void => {
        throw new RangeError('no');
      };
      await storage.write(inShare('/file'), bodyOf('x'.repeat(large)));
      await assert.rejects(storage.write(inShare('/file'), brokenBody('half')), failing('malformed'));
      await assert.rejects(storage.write(inShare('/file'), bodyOf('x'), { length: 2 }), failing('malformed'));
      await assert.rejects(
        storage.write(inShare('/file'), bodyOf('x'), checking(check)),
        failing('internal'),
      );
      await storage.copyFile(inShare('/file'), inShare('/copy'));
      assert.deepEqual(openBelow(folder), []);
      assert.deepEqual(await namesIn(storage, '/'), ['copy', 'file']);
      storage.close();
      assert.deepEqual(readdirSync(folder).sort(), ['copy', 'file']);
    }
  });

  test('opening what cannot be opened', async (t) => {
    const { folder, storage } = localStorage(t);
    mkdirSync(join(folder, 'folder'));
    for (const path of ['/', '/folder', '/missing']) {
      await assert.rejects(storage.open(inShare(path)), failing('not-found'));
    }
    assert.deepEqual(openBelow(folder), []);
  });
});

describe('an entity tag of a local file', () => {
  test('changes with the bytes although the modification time is set back', async (t) => {
    const { folder, storage } = localStorage(t);
    const path = join(folder, 'file');
    const { stat } = await storage.write(inShare('/file'), bodyOf('old'));
    const before = statSync(path);
    // The clock of change times is coarse on many kernels: another program comes at least a tick later.
    const clock = join(temporaryFolder(t), 'clock');
    do writeFileSync(clock, '');
    while (statSync(clock).ctimeMs <= before.ctimeMs);
    writeFileSync(path, 'new');
    utimesSync(path, before.atime, before.mtime);
    const after = await storage.stat(inShare('/file'));
    assert.ok(after?.kind === 'file');
    assert.equal(Math.floor(after.modified), Math.floor(stat.modified));
    assert.notEqual(after.etag, stat.etag);
  });

  test('tells two writes apart in one tick of the clock and in the same inode', (t) => {
    const { folder } = localStorage(t);
    const path = join(folder, 'file');
    writeFileSync(path, 'text');
    const stats = statSync(path);
    const later = statSync(path);
    assert.equal(fileStatOf(later).etag, fileStatOf(stats).etag);
    later.mtimeMs += 0.002;
    assert.notEqual(fileStatOf(later).etag, fileStatOf(stats).etag);
    later.mtimeMs = stats.mtimeMs;
    later.ctimeMs += 0.002;
    assert.notEqual(fileStatOf(later).etag, fileStatOf(stats).etag);
  });

  test('gets a modification time that no file had before, and that is now', () => {
    const before = Date.now() / 1000;
    const times = Array.from({ length: 1000 }, freshModificationTime);
    assert.equal(new Set(times).size, 1000);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    assert.ok(Number(times[0]) >= before && Number(times.at(-1)) < Date.now() / 1000 + 0.1);
  });

  test('belongs to a file whose modification time moved with each write', async (t) => {
    const { storage } = localStorage(t);
    const times = new Set<number>();
    for (let index = 0; index < 100; index += 1) {
      times.add((await storage.write(inShare('/file'), bodyOf('x'))).stat.modified);
      await storage.copyFile(inShare('/file'), inShare('/copy'));
      times.add((await storage.stat(inShare('/copy')))?.modified ?? 0);
    }
    assert.equal(times.size, 200);
  });
});

describe('a replaced file', () => {
  test('keeps its mode, and a new one gets what the umask leaves', async (t) => {
    const { folder, storage } = localStorage(t);
    const path = join(folder, 'file');
    writeFileSync(join(folder, 'by hand'), '');
    await storage.write(inShare('/file'), bodyOf('new'));
    assert.equal(statSync(path).mode, statSync(join(folder, 'by hand')).mode);
    for (const mode of [0o600, 0o640, 0o755, 0o444]) {
      chmodSync(path, mode);
      await storage.write(inShare('/file'), bodyOf('replaced'));
      assert.equal(statSync(path).mode & 0o7777, mode);
    }
  });

  test('keeps its owner where this process may give files away, and is written even where not', async (t) => {
    const { folder, storage } = localStorage(t);
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    assert.ok(ordinaryUser !== undefined);
    chownSync(path, ordinaryUser, statSync(path).gid);
    await storage.write(inShare('/file'), bodyOf('new'));
    assert.equal(statSync(path).uid, ordinaryUser);
    assert.equal(await textAt(storage, '/file'), 'new');
  });
});

describe('what the file system refuses', () => {
  test('is forbidden, not a fault of the server', async (t) => {
    const { folder, storage } = localStorage(t);
    mkdirSync(join(folder, 'closed'));
    writeFileSync(join(folder, 'closed/file'), 'x');
    mkdirSync(join(folder, 'read-only'));
    writeFileSync(join(folder, 'read-only/file'), 'x');
    writeFileSync(join(folder, 'unreadable'), 'x');
    if (ordinaryUser !== undefined) {
      for (const name of ['closed', 'read-only', 'unreadable', '']) {
        chownSync(join(folder, name), ordinaryUser, statSync(folder).gid);
      }
    }
    chmodSync(join(folder, 'closed'), 0);
    chmodSync(join(folder, 'read-only'), 0o555);
    chmodSync(join(folder, 'unreadable'), 0);
    await asOrdinaryUser(async () => {
      await assert.rejects(namesIn(storage, '/closed'), failing('forbidden'));
      await assert.rejects(storage.stat(inShare('/closed/file')), failing('forbidden'));
      await assert.rejects(storage.open(inShare('/unreadable')), failing('forbidden'));
      await assert.rejects(storage.makeCollection(inShare('/read-only/new')), failing('forbidden'));
      await assert.rejects(storage.write(inShare('/read-only/new'), bodyOf('x')), failing('forbidden'));
      await assert.rejects(storage.remove(inShare('/read-only/file')), failing('forbidden'));
      const stealing = storage.rename(inShare('/read-only/file'), inShare('/stolen'));
      await assert.rejects(stealing, failing('forbidden'));
      assert.equal(await textAt(storage, '/read-only/file'), 'x');
      assert.deepEqual(await namesIn(storage, '/'), ['closed', 'read-only', 'unreadable']);
    }).finally(() => {
      for (const name of ['closed', 'read-only']) chmodSync(join(folder, name), 0o700);
    });
    assert.equal(await textAt(storage, '/closed/file'), 'x');
  });

  test('is a name too long where the file system has no room for it', async (t) => {
    const { storage } = localStorage(t);
    const path = inShare(`/${'\u00e4'.repeat(128)}`);
    await storage.write(inShare('/file'), bodyOf('x'));
    assert.equal(await storage.stat(path), undefined);
    await assert.rejects(storage.open(path), failing('not-found'));
    await assert.rejects(storage.write(path, bodyOf('x')), failing('name-too-long'));
    await assert.rejects(storage.makeCollection(path), failing('name-too-long'));
    await assert.rejects(storage.copyFile(inShare('/file'), path), failing('name-too-long'));
    await assert.rejects(storage.rename(inShare('/file'), path), failing('name-too-long'));
    await storage.write(inShare(`/${'n'.repeat(255)}`), bodyOf('fits'));
  });
});

describe('rename in a local folder', () => {
  test('moves a collection in one step, but never over anything except a file over a file', async (t) => {
    const { storage } = localStorage(t);
    for (const path of ['/from', '/empty']) await storage.makeCollection(inShare(path));
    await storage.write(inShare('/from/member'), bodyOf('kept'));
    await storage.write(inShare('/file'), bodyOf('file'));
    const rename = (from: string, to: string) => storage.rename(inShare(from), inShare(to));
    await assert.rejects(rename('/from', '/empty'), failing('method-not-allowed'));
    await assert.rejects(rename('/from', '/file'), failing('method-not-allowed'));
    await assert.rejects(rename('/file', '/empty'), failing('method-not-allowed'));
    await assert.rejects(rename('/missing', '/new'), failing('not-found'));
    await assert.rejects(rename('/file', '/no/new'), failing('parent-missing'));
    await assert.rejects(rename('/', '/new'), failing('forbidden'));
    assert.equal(await rename('/from', '/new'), true);
    assert.equal(await textAt(storage, '/new/member'), 'kept');
  });
});

describe('a body that is slow', () => {
  test('leaves the old file to readers until the last byte', async (t) => {
    const { folder, storage } = localStorage(t);
    await storage.write(inShare('/file'), bodyOf('old'));
    const body = openBody();
    const writing = storage.write(inShare('/file'), body, { length: 10 });
    body.push('01234');
    await turn();
    assert.equal(await textAt(storage, '/file'), 'old');
    assert.deepEqual(await namesIn(storage, '/'), ['file']);
    body.push('56789');
    assert.equal(await textAt(storage, '/file'), 'old');
    body.push(null);
    await writing;
    assert.equal(await textAt(storage, '/file'), '0123456789');
    storage.close();
    assert.deepEqual(readdirSync(folder), ['file']);
  });

  test('of which the folder has vanished makes no file and no folder', async (t) => {
    const { storage } = localStorage(t);
    await storage.makeCollection(inShare('/folder'));
    const body = openBody();
    const writing = storage.write(inShare('/folder/file'), body);
    await storage.remove(inShare('/folder'));
    body.push(null);
    await assert.rejects(writing, failing('not-found'));
    assert.deepEqual(await namesIn(storage, '/'), []);
  });
});

test('a share that is the root of the file system reaches what is below it', async () => {
  const storage = new LocalStorage('/', {
    ...localOptions,
    owner: { ...localOptions.owner, host: 'nowhere' },
  });
  assert.equal((await storage.stat(inShare('/proc/self')))?.kind, 'collection');
});

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
