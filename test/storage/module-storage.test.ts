import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { v2 } from 'webdav-server';
import type { FailureKind } from '../../src/failure.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import { bodyOf, brokenBody, bytesOf, namesIn, openBody, textAt } from '../contracts/bodies.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { checking } from '../contracts/checking.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

/** A file system whose next operations can be made to fail, or to tell an entity tag of its own. */
class Moody extends v2.VirtualFileSystem {
  createError: Error | undefined;
  writeError: Error | undefined;
  /** What happens once all bytes have come and before the file has them. */
  beforeFinish: (() => Promise<void>) | undefined;
  reads = 0;
  readError: Error | undefined;
  /** What a read gives instead of the file. */
  source: Readable | undefined;

  override _create(path: v2.Path, context: v2.CreateInfo, callback: v2.SimpleCallback): void {
    if (this.createError) callback(this.createError);
    else super._create(path, context, callback);
  }

  override _openWriteStream(
    path: v2.Path,
    context: v2.OpenWriteStreamInfo,
    callback: v2.ReturnCallback<Writable>,
  ): void {
    const { writeError, beforeFinish = () => Promise.resolve() } = this;
    super._openWriteStream(path, context, (error, sink) => {
      if (error || !sink) {
        callback(error);
        return;
      }
      const watched = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          if (writeError) done(writeError);
          else sink.write(chunk, done);
        },
        final: (done) => {
          beforeFinish().then(() => sink.end(done), done);
        },
      });
      callback(undefined, watched);
    });
  }

  override _openReadStream(
    path: v2.Path,
    context: v2.OpenReadStreamInfo,
    callback: v2.ReturnCallback<Readable>,
  ): void {
    this.reads += 1;
    if (this.readError || this.source) callback(this.readError, this.source);
    else super._openReadStream(path, context, callback);
  }
}

class Tagged extends v2.VirtualFileSystem {
  override _etag(_path: v2.Path, _context: v2.ETagInfo, callback: v2.ReturnCallback<string>): void {
    callback(undefined, 'W/"from \u00e4 "the" module"');
  }
}

function moody(t: TestContext) {
  const temporary = temporaryFolder(t);
  const files = new Moody();
  return { temporary, files, storage: new ModuleStorage(files, temporary) };
}

describe('a webdav-server file system that fails', () => {
  const kinds: readonly [Error, FailureKind][] = [
    [v2.Errors.ResourceNotFound, 'not-found'],
    [v2.Errors.ResourceAlreadyExists, 'method-not-allowed'],
    [v2.Errors.IntermediateResourceMissing, 'parent-missing'],
    [v2.Errors.InsufficientStorage, 'insufficient-storage'],
    [v2.Errors.Forbidden, 'forbidden'],
    [v2.Errors.InvalidOperation, 'forbidden'],
    [new Error('out of the blue'), 'internal'],
  ];
  for (const [error, kind] of kinds) {
    test(`with "${error.message}" is ${kind}`, async (t) => {
      const { files, storage } = moody(t);
      // Another copy of the library has errors of the same words that are not the same objects.
      files.createError = new Error(error.message);
      await assert.rejects(storage.makeCollection(inShare('/folder')), failing(kind));
      await assert.rejects(storage.write(inShare('/file'), bodyOf('x')), failing(kind));
      assert.deepEqual(await namesIn(storage, '/'), []);
    });
  }

  test('to open a file, or to read the first of it, says so before there is an answer', async (t) => {
    const { files, storage } = moody(t);
    await storage.write(inShare('/file'), bodyOf('text'));
    files.readError = v2.Errors.Forbidden;
    await assert.rejects(storage.open(inShare('/file')), failing('forbidden'));
    files.readError = undefined;
    files.source = brokenBody('');
    await assert.rejects(storage.open(inShare('/file')), failing('internal'));
  });

  test('to read an open file once more lets nothing escape, and what is not read is closed', async (t) => {
    const { files, storage } = moody(t);
    await storage.write(inShare('/file'), bodyOf('text'));
    const unread = openBody();
    unread.push('text');
    files.source = unread;
    const file = await storage.open(inShare('/file'));
    file.close();
    assert.equal(unread.destroyed, true);
    const broken = openBody();
    broken.push('te');
    files.source = broken;
    const half = await storage.open(inShare('/file'));
    broken.destroy(new Error('gone'));
    await assert.rejects(bytesOf(half.read()));
    half.close();
  });

  test('in the middle of a new file leaves none, and is free to be written after', async (t) => {
    const { files, storage } = moody(t);
    files.writeError = v2.Errors.InsufficientStorage;
    await assert.rejects(storage.write(inShare('/file'), bodyOf('x')), failing('insufficient-storage'));
    assert.deepEqual(await namesIn(storage, '/'), []);
    files.writeError = undefined;
    await storage.write(inShare('/file'), bodyOf('better'));
    assert.equal(await textAt(storage, '/file'), 'better');
  });

  test('in the middle of an old file leaves its name, with another entity tag', async (t) => {
    const { files, storage } = moody(t);
    const { stat } = await storage.write(inShare('/file'), bodyOf('old'));
    files.writeError = new Error('broken');
    await assert.rejects(storage.write(inShare('/file'), bodyOf('new')), failing('internal'));
    const after = await storage.stat(inShare('/file'));
    assert.ok(after?.kind === 'file');
    assert.notEqual(after.etag, stat.etag);
  });
});

describe('a large body on its way to a module', () => {
  const megabytes = (count: number): Buffer => Buffer.alloc(count * 1024 * 1024, 'x');

  test('waits in the temporary folder, and leaves nothing there', async (t) => {
    const { temporary, storage } = moody(t);
    const body = openBody();
    const seen: number[] = [];
    const writing = storage.write(
      inShare('/large'),
      body,
      checking(() => {
        seen.push(readdirSync(temporary).length);
      }),
    );
    body.push(megabytes(2));
    body.push(megabytes(1));
    body.push(null);
    assert.equal((await writing).stat.size, 3 * 1024 * 1024);
    assert.deepEqual(seen, [1]);
    assert.deepEqual(readdirSync(temporary), []);
  });

  test('leaves nothing in the temporary folder when it is refused or breaks off', async (t) => {
    const { temporary, files, storage } = moody(t);
    const large = (): Readable => bodyOf(megabytes(2), megabytes(1));
    const check = (): void => {
      throw new RangeError('no');
    };
    await assert.rejects(storage.write(inShare('/large'), large(), checking(check)), RangeError);
    await assert.rejects(storage.write(inShare('/large'), large(), { length: 5 }), failing('malformed'));
    await assert.rejects(
      storage.write(inShare('/large'), brokenBody('x'.repeat(3_000_000))),
      failing('malformed'),
    );
    files.writeError = new Error('broken');
    await assert.rejects(storage.write(inShare('/large'), large()), failing('internal'));
    assert.deepEqual(readdirSync(temporary), []);
    assert.deepEqual(await namesIn(storage, '/'), []);
  });

  test('for which there is no temporary folder is not the client\u2019s mistake', async (t) => {
    const temporary = join(temporaryFolder(t), 'missing');
    const storage = new ModuleStorage(new v2.VirtualFileSystem(), temporary);
    const body = bodyOf(megabytes(2));
    await assert.rejects(storage.write(inShare('/large'), body), failing('internal'));
    assert.equal(body.destroyed, false);
    await storage.write(inShare('/small'), bodyOf('x'));
    assert.deepEqual(await namesIn(storage, '/'), ['small']);
  });
});

describe('an entity tag of a module', () => {
  test('is taken from the module where it makes one, in the form of a strong tag', async (t) => {
    const storage = new ModuleStorage(new Tagged(), temporaryFolder(t));
    const { stat } = await storage.write(inShare('/file'), bodyOf('x'));
    assert.equal(stat.etag, '"fromthemodule"');
  });

  test('differs between what is read while a write goes on and what is there after it', async (t) => {
    // The library's own tag is a date: here both are of one millisecond.
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const { files, storage } = moody(t);
    const seen = async (): Promise<{ etag: string; text: string }> => {
      const { stat } = await storage.open(inShare('/file'));
      return { etag: stat.etag, text: await textAt(storage, '/file') };
    };
    await storage.write(inShare('/file'), bodyOf('old'));
    const during: Awaited<ReturnType<typeof seen>>[] = [];
    files.beforeFinish = async () => {
      during.push(await seen());
    };
    await storage.write(inShare('/file'), bodyOf('new'));
    const after = await seen();
    assert.deepEqual([...during.map(({ text }) => text), after.text], ['old', 'new']);
    assert.notEqual(during[0]?.etag, after.etag);
  });
});

describe('a file of a module', () => {
  test('is read in part without its rest being kept', async (t) => {
    const { storage } = moody(t);
    await storage.write(inShare('/file'), bodyOf('0123', '4567', '89'));
    const file = await storage.open(inShare('/file'));
    for (const [first, last] of [
      [0, 0],
      [3, 4],
      [4, 7],
      [9, 9],
      [2, 8],
    ] as const) {
      const text = (await bytesOf(file.read({ first, last }))).toString();
      assert.equal(text, '0123456789'.slice(first, last + 1));
    }
  });

  test('whose stream is left unread lets go of the one that was opened', async (t) => {
    const { files, storage } = moody(t);
    await storage.write(inShare('/file'), bodyOf('x'));
    files.source = bodyOf('x');
    const file = await storage.open(inShare('/file'));
    const body = file.read();
    assert.ok(body instanceof Readable);
    body.destroy();
    file.close();
    assert.equal(files.reads, 1);
    assert.equal(files.source.destroyed, true);
  });
});
