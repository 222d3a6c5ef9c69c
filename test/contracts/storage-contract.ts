import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { Failure } from '../../src/failure.js';
import type { AfterWriting, DavStorage, ResourceStat, Written } from '../../src/storage/storage.js';
import { bodyOf, brokenBody, bytesOf, namesIn, openBody, textAt } from './bodies.js';
import { failing } from './failing.js';
import { checking } from './checking.js';
import { inShare } from '../helpers/paths.js';

/** Names that a client may give a file, each a trap for some way of writing them down. */
export const oddNames = [
  'plain.txt',
  'with space',
  ' leading and trailing ',
  '100%',
  '%41',
  'a#b',
  'what?',
  'a+b',
  'a:b*|',
  'a&b<c>"d"',
  "it's",
  '.hidden',
  '...',
  'dot.',
  '~tilde',
  'gr\u00fc\u00dfe',
  '\u00e9 composed',
  'e\u0301 decomposed',
  '\u65e5\u672c\u8a9e',
  '\u{1f600}\u{10ffff}',
  '__proto__',
  'constructor',
  'n'.repeat(200),
];

/** What every DavStorage must do. `open` gives an empty one. */
export function storageContract(implementation: string, open: (t: TestContext) => DavStorage): void {
  describe(`${implementation} as storage`, () => {
    describe('stat', () => {
      test('tells of files, of collections and of the root', async (t) => {
        const storage = open(t);
        const before = Date.now() - 2000;
        await storage.makeCollection(inShare('/folder'));
        await storage.write(inShare('/folder/file'), bodyOf('12345'));
        const file = await storage.stat(inShare('/folder/file'));
        assert.ok(file?.kind === 'file');
        assert.equal(file.size, 5);
        assert.ok(file.modified > before && file.modified < Date.now() + 2000);
        assert.equal((await storage.stat(inShare('/folder')))?.kind, 'collection');
        assert.equal((await storage.stat(inShare('/')))?.kind, 'collection');
      });

      test('is undefined where nothing is, also below a file', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/file'), bodyOf('x'));
        for (const path of ['/missing', '/missing/deep', '/file/below', '/fil', '/file2']) {
          assert.equal(await storage.stat(inShare(path)), undefined, path);
        }
      });
    });

    describe('list', () => {
      test('shows every name that a client can give', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/odd'));
        for (const name of oddNames) await storage.write(inShare(`/odd/${name}`), bodyOf(`<${name}>`));
        assert.deepEqual(await namesIn(storage, '/odd'), [...oddNames].sort());
        for (const name of oddNames) assert.equal(await textAt(storage, `/odd/${name}`), `<${name}>`);
      });

      test('takes every name for a collection too', async (t) => {
        const storage = open(t);
        for (const name of oddNames) {
          await storage.makeCollection(inShare(`/${name}`));
          await storage.write(inShare(`/${name}/${name}`), bodyOf(name));
        }
        assert.deepEqual(await namesIn(storage, '/'), [...oddNames].sort());
        for (const name of oddNames) assert.deepEqual(await namesIn(storage, `/${name}`), [name]);
      });

      test('gives each of many members once, with the stat that stat gives', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/many'));
        await storage.makeCollection(inShare('/many/folder'));
        const names = Array.from({ length: 600 }, (_, index) => `file-${index}`);
        for (const name of names) await storage.write(inShare(`/many/${name}`), bodyOf(name));
        assert.deepEqual(await namesIn(storage, '/many'), ['folder', ...names].sort());
        for await (const batch of storage.list(inShare('/many'))) {
          for (const { name, stat } of batch) {
            assert.deepEqual(stat, await storage.stat(inShare(`/many/${name}`)), name);
          }
        }
      });

      test('shows direct members only, and of no neighbour', async (t) => {
        const storage = open(t);
        for (const folder of ['/a', '/a/b', '/ab', '/a b', '/a0'])
          await storage.makeCollection(inShare(folder));
        await storage.write(inShare('/a/b/deep'), bodyOf('x'));
        await storage.write(inShare('/ab/other'), bodyOf('x'));
        assert.deepEqual(await namesIn(storage, '/a'), ['b']);
        assert.deepEqual(await namesIn(storage, '/'), ['a', 'a b', 'a0', 'ab']);
      });

      test('of an empty collection is empty', async (t) => {
        const storage = open(t);
        assert.deepEqual(await namesIn(storage, '/'), []);
      });

      test('fails with not-found for a file and for nothing', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/file'), bodyOf('x'));
        await assert.rejects(namesIn(storage, '/file'), failing('not-found'));
        await assert.rejects(namesIn(storage, '/missing'), failing('not-found'));
        await assert.rejects(namesIn(storage, '/file/below'), failing('not-found'));
      });
    });

    describe('open', () => {
      test('fails with not-found for a collection and for nothing', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/folder'));
        for (const path of ['/', '/folder', '/missing', '/folder/missing']) {
          await assert.rejects(storage.open(inShare(path)), failing('not-found'), path);
        }
      });

      for (const size of [1000, 1_000_000]) {
        test(`reads ranges of ${size} bytes, one after another`, async (t) => {
          const storage = open(t);
          const bytes = pattern(size);
          await storage.write(inShare('/file'), inChunks(bytes, 10_007));
          const file = await storage.open(inShare('/file'));
          t.after(() => {
            file.close();
          });
          const ranges = [
            { first: 0, last: 0 },
            { first: 1, last: 499 },
            { first: size - 1, last: size - 1 },
            { first: 0, last: size - 1 },
            { first: Math.floor(size / 7), last: size - 3 },
          ];
          for (const range of ranges) {
            const read = await bytesOf(file.read(range));
            assert.ok(read.equals(bytes.subarray(range.first, range.last + 1)), JSON.stringify(range));
          }
          assert.ok((await bytesOf(file.read())).equals(bytes));
        });
      }

      test('has the stat of the file', async (t) => {
        const storage = open(t);
        const { stat } = await storage.write(inShare('/file'), bodyOf('abc'));
        const file = await storage.open(inShare('/file'));
        file.close();
        file.close();
        assert.deepEqual(file.stat, stat);
      });
    });

    describe('write', () => {
      test('makes a file, then replaces it', async (t) => {
        const storage = open(t);
        const path = inShare('/file');
        const first = await storage.write(path, bodyOf('one'));
        assert.equal(first.created, true);
        assert.equal(await textAt(storage, '/file'), 'one');
        const second = await storage.write(path, bodyOf('the ', 'second'));
        assert.equal(second.created, false);
        assert.equal(second.stat.size, 10);
        assert.equal(await textAt(storage, '/file'), 'the second');
        assert.deepEqual(await storage.stat(path), second.stat);
        assert.deepEqual(await namesIn(storage, '/'), ['file']);
      });

      test('takes an empty body', async (t) => {
        const storage = open(t);
        for (const body of [bodyOf(), bodyOf(''), Readable.from([])]) {
          const { stat } = await storage.write(inShare('/empty'), body, { length: 0 });
          assert.equal(stat.size, 0);
          assert.equal(await textAt(storage, '/empty'), '');
        }
      });

      test('empties a file that was not empty', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/file'), bodyOf('something'));
        await storage.write(inShare('/file'), bodyOf());
        assert.equal(await textAt(storage, '/file'), '');
      });

      test('takes 5 MB in chunks of any size, and gives back the same', async (t) => {
        const storage = open(t);
        const bytes = pattern(5 * 1024 * 1024 + 3);
        for (const chunk of [65_536, 1_048_577, bytes.length]) {
          await storage.write(inShare('/large'), inChunks(bytes, chunk), { length: bytes.length });
          const file = await storage.open(inShare('/large'));
          const read = await bytesOf(file.read());
          file.close();
          assert.equal(digest(read), digest(bytes));
        }
      });

      const badBodies: readonly [string, () => Readable, number | undefined][] = [
        ['breaks off', () => brokenBody('half'), undefined],
        ['breaks off where its length was announced', () => brokenBody('half'), 8],
        ['is shorter than announced', () => bodyOf('short'), 6],
        ['is longer than announced', () => bodyOf('too ', 'long'), 7],
        ['is large and breaks off', () => brokenBody('x'.repeat(3_000_000)), undefined],
        ['should be empty and is not', () => bodyOf('x'), 0],
        ['was announced with a length that is no number', () => bodyOf('x'), Number.NaN],
      ];
      for (const [what, body, length] of badBodies) {
        const options = length === undefined ? {} : { length };
        test(`keeps the old file when the body ${what}`, async (t) => {
          const storage = open(t);
          const path = inShare('/file');
          const { stat } = await storage.write(path, bodyOf('old'));
          await assert.rejects(storage.write(path, body(), options), failing('malformed'));
          assert.equal(await textAt(storage, '/file'), 'old');
          assert.deepEqual(await storage.stat(path), stat);
          assert.deepEqual(await namesIn(storage, '/'), ['file']);
        });

        test(`makes no file when the body ${what}`, async (t) => {
          const storage = open(t);
          await assert.rejects(storage.write(inShare('/file'), body(), options), failing('malformed'));
          assert.equal(await storage.stat(inShare('/file')), undefined);
          assert.deepEqual(await namesIn(storage, '/'), []);
        });
      }

      test('asks `check` once the body has arrived, and with what is there then', async (t) => {
        const storage = open(t);
        const path = inShare('/file');
        const seen: (ResourceStat | undefined)[] = [];
        const check = (current: ResourceStat | undefined): void => {
          seen.push(current);
        };
        const body = openBody();
        const writing = storage.write(path, body, checking(check));
        body.push('first ');
        const { stat } = await storage.write(path, bodyOf('meanwhile'), checking(check));
        assert.deepEqual(seen, [undefined]);
        body.push('half');
        body.push(null);
        assert.equal((await writing).created, false);
        assert.deepEqual(seen, [undefined, stat]);
        assert.equal(await textAt(storage, '/file'), 'first half');
      });

      test('tells whoever asked for it when the file has come, and when it could not', async (t) => {
        const storage = open(t);
        const told: (Written | undefined)[] = [];
        const ready = () => Promise.resolve((): AfterWriting => (written) => void told.push(written));
        const written = await storage.write(inShare('/file'), bodyOf('new'), { ready });
        assert.deepEqual(told, [written]);
        const other = await storage.write(inShare('/file'), bodyOf('newer'), { ready });
        assert.deepEqual(told, [written, other]);
        await storage.makeCollection(inShare('/folder'));
        await assert.rejects(storage.write(inShare('/folder'), bodyOf('x'), { ready }));
        assert.ok(told.length === 2 || told[2] === undefined);
      });

      test('keeps what is there when `check` throws, and passes the failure on', async (t) => {
        const storage = open(t);
        const { stat } = await storage.write(inShare('/file'), bodyOf('old'));
        const refusal = new Failure('precondition-failed', 'Not like this.');
        const check = (): void => {
          throw refusal;
        };
        const thrown = (error: unknown): boolean => error === refusal;
        await assert.rejects(storage.write(inShare('/file'), bodyOf('new'), checking(check)), thrown);
        await assert.rejects(storage.write(inShare('/other'), bodyOf('new'), checking(check)), thrown);
        assert.equal(await textAt(storage, '/file'), 'old');
        assert.deepEqual(await storage.stat(inShare('/file')), stat);
        assert.deepEqual(await namesIn(storage, '/'), ['file']);
      });

      test('lets a body live that it does not take, since its socket carries the answer', async (t) => {
        const storage = open(t);
        const unfinished = (): Readable => {
          const body = openBody();
          body.push('some bytes');
          return body;
        };
        const parentless = unfinished();
        await assert.rejects(storage.write(inShare('/no/file'), parentless), failing('parent-missing'));
        assert.equal(parentless.destroyed, false);
        const tooLong = unfinished();
        await assert.rejects(storage.write(inShare('/file'), tooLong, { length: 3 }), failing('malformed'));
        assert.equal(tooLong.destroyed, false);
      });

      test('does not write over a collection', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/folder'));
        await storage.write(inShare('/folder/member'), bodyOf('kept'));
        await assert.rejects(storage.write(inShare('/folder'), bodyOf('x')), failing('method-not-allowed'));
        await assert.rejects(storage.write(inShare('/'), bodyOf('x')), failing('forbidden'));
        assert.equal(await textAt(storage, '/folder/member'), 'kept');
      });

      test('needs a parent that is a collection', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/file'), bodyOf('x'));
        await assert.rejects(storage.write(inShare('/no/file'), bodyOf('x')), failing('parent-missing'));
        await assert.rejects(storage.write(inShare('/file/below'), bodyOf('x')), failing('parent-missing'));
        assert.equal(await storage.stat(inShare('/no')), undefined);
      });
    });

    describe('an entity tag', () => {
      test('is strong, and the same wherever it is told while the file stays', async (t) => {
        const storage = open(t);
        const path = inShare('/file');
        const { stat } = await storage.write(path, bodyOf('abc'));
        assert.match(stat.etag, /^"[\x21\x23-\x7e]+"$/);
        await textAt(storage, '/file');
        await storage.write(inShare('/neighbour'), bodyOf('abc'));
        const again = await storage.stat(path);
        assert.ok(again?.kind === 'file');
        assert.equal(again.etag, stat.etag);
      });

      test('changes with every write of as many bytes', async (t) => {
        const storage = open(t);
        const tags = new Set<string>();
        for (let index = 0; index < 200; index += 1) {
          const body = bodyOf(String(1000 + index));
          tags.add((await storage.write(inShare('/file'), body)).stat.etag);
        }
        assert.equal(tags.size, 200);
      });

      test('is another one when the file is removed and made again', async (t) => {
        const storage = open(t);
        const tags = new Set<string>();
        for (let index = 0; index < 100; index += 1) {
          tags.add((await storage.write(inShare('/file'), bodyOf(String(1000 + index)))).stat.etag);
          await storage.remove(inShare('/file'));
        }
        assert.equal(tags.size, 100);
      });

      test('changes when another file is copied over this one', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/one'), bodyOf('1'));
        const { stat } = await storage.write(inShare('/two'), bodyOf('2'));
        await storage.copyFile(inShare('/one'), inShare('/two'));
        const after = await storage.stat(inShare('/two'));
        assert.ok(after?.kind === 'file');
        assert.notEqual(after.etag, stat.etag);
      });
    });

    describe('a modification time', () => {
      const wanted = Date.UTC(2001, 1, 3, 4, 5, 6) + 789;

      test('that a write is given is the file\u2019s to the millisecond, or is now', async (t) => {
        const storage = open(t);
        const begun = Date.now() - 2000;
        const { stat } = await storage.write(inShare('/file'), bodyOf('x'), { modified: wanted });
        assert.ok(Math.floor(stat.modified) === wanted || stat.modified >= begun);
        assert.deepEqual(await storage.stat(inShare('/file')), stat);
      });

      for (const kind of ['file', 'collection']) {
        test(`of a ${kind} is set, and only where the answer says so`, async (t) => {
          const storage = open(t);
          const path = inShare('/thing');
          if (kind === 'file') await storage.write(path, bodyOf('x'));
          else await storage.makeCollection(path);
          const before = await storage.stat(path);
          const isSet = await storage.setModified(path, wanted);
          const after = await storage.stat(path);
          assert.equal(after?.kind, kind);
          if (isSet) assert.equal(Math.floor(after.modified), wanted);
          else assert.deepEqual(after, before);
        });
      }

      test('is not set where nothing is', async (t) => {
        await assert.rejects(open(t).setModified(inShare('/missing'), wanted), failing('not-found'));
      });

      test('never gives other bytes of the same length an old tag', async (t) => {
        const storage = open(t);
        const tags = new Set<string>();
        for (let index = 0; index < 100; index += 1) {
          const body = bodyOf(String(1000 + index));
          const { stat } = await storage.write(inShare('/file'), body, { modified: wanted });
          tags.add(stat.etag);
          await storage.setModified(inShare('/file'), wanted);
          const now = await storage.stat(inShare('/file'));
          assert.ok(now?.kind === 'file');
          assert.ok(now.etag === stat.etag || !tags.has(now.etag));
          tags.add(now.etag);
          await storage.remove(inShare('/file'));
        }
        assert.ok(tags.size >= 100);
      });
    });

    describe('writes at the same time', () => {
      const contenders = Array.from({ length: 8 }, (_, index) => String(index));

      for (const before of ['an old file', 'nothing']) {
        test(`to one name leave one of them whole where ${before} was`, async (t) => {
          const storage = open(t);
          const path = inShare('/contended');
          if (before === 'an old file') await storage.write(path, bodyOf('old'));
          const written = await Promise.all(
            contenders.map((letter) => storage.write(path, inChunks(Buffer.alloc(200_000, letter), 9_999))),
          );
          const text = await textAt(storage, '/contended');
          assert.equal(text, text.charAt(0).repeat(200_000));
          assert.ok(contenders.includes(text.charAt(0)));
          const created = written.filter((one) => one.created).length;
          assert.equal(created, before === 'nothing' ? 1 : 0);
          assert.deepEqual(await namesIn(storage, '/'), ['contended']);
        });
      }

      test('that may only make a new file: one of them does', async (t) => {
        const storage = open(t);
        const check = (current: ResourceStat | undefined): void => {
          if (current) throw new Failure('precondition-failed', 'There is something here.');
        };
        const outcomes = await Promise.allSettled(
          contenders.map((letter) =>
            storage.write(inShare('/new'), bodyOf(letter.repeat(10)), checking(check)),
          ),
        );
        const winners = contenders.filter((_, index) => outcomes[index]?.status === 'fulfilled');
        assert.equal(winners.length, 1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') failing('precondition-failed')(outcome.reason);
        }
        assert.equal(await textAt(storage, '/new'), String(winners[0]).repeat(10));
      });

      test('that each expect the old file: one of them is not lost', async (t) => {
        const storage = open(t);
        const { stat: old } = await storage.write(inShare('/file'), bodyOf('old'));
        const check = (current: ResourceStat | undefined): void => {
          if (current?.kind !== 'file' || current.etag !== old.etag) {
            throw new Failure('precondition-failed', 'This is another file.');
          }
        };
        const outcomes = await Promise.allSettled(
          contenders.map((letter) => storage.write(inShare('/file'), bodyOf(letter), checking(check))),
        );
        const winners = contenders.filter((_, index) => outcomes[index]?.status === 'fulfilled');
        assert.deepEqual([await textAt(storage, '/file')], winners);
      });

      test('to different names do not mind each other', async (t) => {
        const storage = open(t);
        await Promise.all(contenders.map((name) => storage.write(inShare(`/${name}`), bodyOf(name))));
        assert.deepEqual(await namesIn(storage, '/'), contenders);
        for (const name of contenders) assert.equal(await textAt(storage, `/${name}`), name);
      });
    });

    describe('makeCollection', () => {
      test('makes an empty one', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/one'));
        await storage.makeCollection(inShare('/one/two'));
        assert.deepEqual(await namesIn(storage, '/one'), ['two']);
        assert.deepEqual(await namesIn(storage, '/one/two'), []);
      });

      test('leaves alone what is there', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/folder'));
        await storage.write(inShare('/folder/file'), bodyOf('kept'));
        for (const path of ['/folder', '/folder/file']) {
          await assert.rejects(storage.makeCollection(inShare(path)), failing('method-not-allowed'), path);
        }
        assert.equal(await textAt(storage, '/folder/file'), 'kept');
      });

      test('needs a parent that is a collection', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/file'), bodyOf('x'));
        await assert.rejects(storage.makeCollection(inShare('/no/folder')), failing('parent-missing'));
        await assert.rejects(storage.makeCollection(inShare('/file/folder')), failing('parent-missing'));
      });
    });

    describe('copyFile', () => {
      test('makes a file of its own', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/from'), bodyOf('text'));
        await storage.copyFile(inShare('/from'), inShare('/to'));
        assert.equal(await textAt(storage, '/to'), 'text');
        await storage.write(inShare('/from'), bodyOf('changed'));
        assert.equal(await textAt(storage, '/to'), 'text');
      });

      test('copies an empty file and a large one', async (t) => {
        const storage = open(t);
        const bytes = pattern(2_500_000);
        await storage.write(inShare('/empty'), bodyOf());
        await storage.write(inShare('/large'), inChunks(bytes, 100_000));
        await storage.copyFile(inShare('/empty'), inShare('/empty copy'));
        await storage.copyFile(inShare('/large'), inShare('/large copy'));
        assert.equal(await textAt(storage, '/empty copy'), '');
        const file = await storage.open(inShare('/large copy'));
        assert.equal(digest(await bytesOf(file.read())), digest(bytes));
        file.close();
      });

      test('takes the place of a file, not of a collection', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/from'), bodyOf('new'));
        await storage.write(inShare('/file'), bodyOf('old'));
        await storage.makeCollection(inShare('/folder'));
        await storage.copyFile(inShare('/from'), inShare('/file'));
        assert.equal(await textAt(storage, '/file'), 'new');
        await assert.rejects(
          storage.copyFile(inShare('/from'), inShare('/folder')),
          failing('method-not-allowed'),
        );
        assert.deepEqual(await namesIn(storage, '/folder'), []);
      });

      test('needs a file and a parent', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/folder'));
        await storage.write(inShare('/file'), bodyOf('x'));
        const copy = (from: string, to: string) => storage.copyFile(inShare(from), inShare(to));
        await assert.rejects(copy('/missing', '/to'), failing('not-found'));
        await assert.rejects(copy('/folder', '/to'), failing('not-found'));
        await assert.rejects(copy('/file', '/no/to'), failing('parent-missing'));
        await assert.rejects(copy('/file', '/file/to'), failing('parent-missing'));
        assert.deepEqual(await namesIn(storage, '/'), ['file', 'folder']);
      });
    });

    describe('rename', () => {
      test('does all of it or, where it says it cannot, nothing', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/from'));
        await storage.write(inShare('/from/file'), bodyOf('text'));
        const renamed = await storage.rename(inShare('/from'), inShare('/to'));
        assert.deepEqual(await namesIn(storage, '/'), renamed ? ['to'] : ['from']);
        assert.equal(await textAt(storage, renamed ? '/to/file' : '/from/file'), 'text');
      });

      test('puts a file over a file or leaves both', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/from'), bodyOf('new'));
        await storage.write(inShare('/to'), bodyOf('old'));
        const renamed = await storage.rename(inShare('/from'), inShare('/to'));
        assert.equal(await textAt(storage, '/to'), renamed ? 'new' : 'old');
        assert.deepEqual(await namesIn(storage, '/'), renamed ? ['to'] : ['from', 'to']);
      });
    });

    describe('setAside', () => {
      for (const kind of ['file', 'collection']) {
        test(`takes a ${kind} out of the way until it is put back or discarded, or changes nothing`, async (t) => {
          const storage = open(t);
          const path = inShare('/thing');
          if (kind === 'collection') await storage.makeCollection(path);
          const member = kind === 'collection' ? '/thing/file' : '/thing';
          await storage.write(inShare(member), bodyOf('kept'));
          const aside = await storage.setAside(path);
          assert.deepEqual(await namesIn(storage, '/'), aside ? [] : ['thing']);
          await aside?.putBack();
          assert.equal(await textAt(storage, member), 'kept');
          const again = await storage.setAside(path);
          assert.equal(again === undefined, aside === undefined);
          if (again) await storage.write(path, bodyOf('new'));
          await again?.discard();
          assert.deepEqual(await namesIn(storage, '/'), ['thing']);
          assert.equal(await textAt(storage, again ? '/thing' : member), again ? 'new' : 'kept');
        });
      }
    });

    describe('realNames', () => {
      test('are the same each time, and others for others', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/file'), bodyOf('x'));
        const paths = ['/', '/file', '/missing', '/missing2'];
        const names = await Promise.all(paths.map((path) => storage.realNames(inShare(path))));
        assert.equal(new Set(names.flat()).size, names.flat().length);
        assert.deepEqual(await Promise.all(paths.map((path) => storage.realNames(inShare(path)))), names);
      });
    });

    describe('remove', () => {
      test('takes away a file, and an empty collection', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/folder'));
        await storage.write(inShare('/folder/file'), bodyOf('x'));
        await storage.write(inShare('/folder2'), bodyOf('neighbour'));
        await storage.remove(inShare('/folder/file'));
        assert.equal(await storage.stat(inShare('/folder/file')), undefined);
        await storage.remove(inShare('/folder'));
        assert.deepEqual(await namesIn(storage, '/'), ['folder2']);
      });

      test('leaves a collection that has members', async (t) => {
        const storage = open(t);
        await storage.makeCollection(inShare('/folder'));
        await storage.write(inShare('/folder/file'), bodyOf('kept'));
        await assert.rejects(storage.remove(inShare('/folder')), failing('conflict'));
        assert.equal(await textAt(storage, '/folder/file'), 'kept');
      });

      test('fails with not-found where nothing is, and never takes the root', async (t) => {
        const storage = open(t);
        await storage.write(inShare('/file'), bodyOf('x'));
        for (const path of ['/missing', '/missing/deep', '/file/below']) {
          await assert.rejects(storage.remove(inShare(path)), failing('not-found'), path);
        }
        await assert.rejects(storage.remove(inShare('/')), failing('forbidden'));
        assert.equal(await textAt(storage, '/file'), 'x');
      });
    });
  });
}

/** Bytes in which no two places look alike for long. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let index = 0; index < size; index += 1) bytes[index] = (index * 31 + (index >> 8) * 7) & 0xff;
  return bytes;
}

function inChunks(bytes: Buffer, size: number): Readable {
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += size) chunks.push(bytes.subarray(start, start + size));
  return bodyOf(...chunks);
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
