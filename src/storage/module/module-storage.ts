import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { v2 } from 'webdav-server';
import { Failure, isFailure } from '../../failure.js';
import type { ByteRange } from '../../http/range.js';
import { child, nameOf, parentOf, type SharePath } from '../../http/target.js';
import type {
  DavStorage,
  Entry,
  Unlisted,
  OpenFile,
  ResourceStat,
  WriteOptions,
  Written,
} from '../storage.js';
import type { FileSystem } from './file-system-module.js';
import { call, run, toFailureOf } from './library-calls.js';
import { spool } from './spool.js';

const batchSize = 64;

/** A webdav-server v2 FileSystem as storage. Only its file operations are used, not its locks and properties. */
export class ModuleStorage implements DavStorage {
  readonly #files: FileSystem;
  readonly #context: v2.RequestContext;
  readonly #temporaryFolder: string;
  readonly #hasOwnEtags: boolean;
  /**
   * The number of the last write to a path: the library's default entity tag is a date and misses a second write
   * within a millisecond.
   */
  readonly #writes = new Map<SharePath, number>();
  #lastWrite = 0;
  /** What the next change of each path waits for. */
  readonly #turns = new Map<SharePath, Promise<unknown>>();

  /** @param temporaryFolder where large bodies are stored while they arrive */
  constructor(files: FileSystem, temporaryFolder: string) {
    this.#files = files;
    this.#temporaryFolder = temporaryFolder;
    this.#hasOwnEtags = Reflect.has(files, '_etag');
    // The library requires a request of its own server; davgate has checked rights before it calls the storage.
    const server = new v2.WebDAVServerOptions();
    server.rootFileSystem = files;
    this.#context = v2.ExternalRequestContext.create(new v2.WebDAVServer(server));
    this.#context.overridePrivileges = true;
  }

  async stat(path: SharePath): Promise<ResourceStat | undefined> {
    try {
      return await this.#stat(path);
    } catch (error) {
      if (isFailure(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async #stat(path: SharePath): Promise<ResourceStat> {
    const files = this.#files;
    const context = this.#context;
    const type = await call<v2.ResourceType>((done) => files.type(context, path, done));
    const modified = await call<number>((done) => files.lastModifiedDate(context, path, done));
    const created = await call<number>((done) => files.creationDate(context, path, done));
    if (!type.isFile) return { kind: 'collection', modified, created };
    const size = await call<number>((done) => files.size(context, path, true, done));
    const own = await call<string>((done) => files.etag(context, path, done));
    return { kind: 'file', modified, created, size, etag: this.#etag(path, own, size) };
  }

  #etag(path: SharePath, own: string, size: number): string {
    const opaque = own.replace(/^W\//, '').replace(/[^\x21\x23-\x7e]/g, '');
    return this.#hasOwnEtags
      ? `"${opaque}"`
      : `"${opaque}-${size.toString(36)}-${this.#writes.get(path) ?? 0}"`;
  }

  async *list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncGenerator<readonly Entry[]> {
    const stat = await this.stat(path);
    if (stat?.kind !== 'collection') throw new Failure('not-found', 'There is no collection here.');
    const names = await call<string[]>((done) =>
      this.#files.readDir(this.#context, path, true, (error, found) => {
        done(error, found?.map(String));
      }),
    );
    for (let start = 0; start < names.length; start += batchSize) {
      const batch = names.slice(start, start + batchSize);
      const members = batch.map((name) => this.#member(path, name, onUnlisted));
      yield (await Promise.all(members)).filter((entry) => entry !== undefined);
    }
  }

  async #member(
    parent: SharePath,
    name: string,
    onUnlisted: ((why: Unlisted) => void) | undefined,
  ): Promise<Entry | undefined> {
    const last = nameOf(name);
    const path = child(parent, last);
    if (path === undefined) onUnlisted?.('unnameable');
    const stat = path === undefined ? undefined : await this.stat(path);
    return stat && { name: last, stat };
  }

  async open(path: SharePath): Promise<OpenFile> {
    const stat = await this.#stat(path);
    if (stat.kind !== 'file') throw new Failure('not-found', 'There is no file here.');
    // The first stream is opened now, while a failure can still be reported; others are opened when they are read.
    let first: Readable | undefined =
      stat.size > 0 ? await readable(await this.#openStream(path)) : undefined;
    const next = async (): Promise<Readable> => {
      const ready = first;
      first = undefined;
      return ready ?? this.#openStream(path);
    };
    return {
      stat,
      read: (range = { first: 0, last: stat.size - 1 }) => slice(next, range),
      close: () => first?.destroy(),
    };
  }

  async #openStream(path: SharePath): Promise<Readable> {
    return call<Readable>((done) => this.#files.openReadStream(this.#context, path, true, done));
  }

  async write(path: SharePath, body: Readable, options: WriteOptions = {}): Promise<Written> {
    await this.#requireParent(path);
    const spooled = await spool(body, this.#temporaryFolder, options);
    try {
      return await this.#inTurn(path, async () => {
        const take = await options.ready?.();
        const current = await this.stat(path);
        const over = take?.(current);
        let written: Written | undefined;
        try {
          written = await this.#replace(path, spooled, current);
          return written;
        } finally {
          await over?.(written);
        }
      });
    } finally {
      await spooled.dispose();
    }
  }

  /** Changes of one path run one after another, because the library would mix them. */
  async #inTurn<T>(path: SharePath, change: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(path);
    const turn = (async () => {
      await before;
      return change();
    })();
    const over = turn.catch(() => undefined);
    this.#turns.set(path, over);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(path) === over) this.#turns.delete(path);
    }
  }

  async #replace(
    path: SharePath,
    spooled: { readonly stream: Readable; readonly length: number },
    current: ResourceStat | undefined,
  ): Promise<Written> {
    if (current?.kind === 'collection') {
      throw new Failure('method-not-allowed', 'There is a collection here.');
    }
    await this.#fill(path, spooled.stream, spooled.length, current !== undefined);
    const stat = await this.#stat(path);
    if (stat.kind !== 'file') throw new Failure('internal', 'The storage module lost what was written.');
    return { stat, created: current === undefined };
  }

  async #fill(path: SharePath, bytes: Readable, length: number, exists: boolean): Promise<void> {
    const files = this.#files;
    const context = this.#context;
    try {
      if (!exists) {
        await run((done) => files.create(context, path, v2.ResourceType.File, false, done));
      }
      const sink = await call<NodeJS.WritableStream>((done) =>
        files.openWriteStream(context, path, 'mustExist', true, length, done),
      );
      this.#count(path);
      try {
        await pipeline(bytes, sink);
      } finally {
        // Count again: what was read during the write has another tag than the final content.
        this.#count(path);
      }
    } catch (error) {
      if (!exists) await this.#remove(path).catch(() => undefined);
      throw toFailureOf(error);
    }
  }

  #count(path: SharePath): void {
    this.#lastWrite += 1;
    this.#writes.set(path, this.#lastWrite);
  }

  async #requireParent(path: SharePath): Promise<void> {
    if (path === '/')
      throw new Failure('forbidden', 'The root of a share cannot be moved, replaced or removed.');
    const parent = await this.stat(parentOf(path));
    if (parent?.kind !== 'collection') {
      throw new Failure('parent-missing', 'The parent collection does not exist.');
    }
  }

  async makeCollection(path: SharePath): Promise<void> {
    await this.#requireParent(path);
    await this.#inTurn(path, async () => {
      if (await this.stat(path)) throw new Failure('method-not-allowed', 'There is something here already.');
      await run((done) => this.#files.create(this.#context, path, v2.ResourceType.Directory, false, done));
    });
  }

  async copyFile(from: SharePath, to: SharePath): Promise<void> {
    const source = await this.open(from);
    try {
      const bytes = source.read();
      await this.write(to, bytes instanceof Readable ? bytes : Readable.from([bytes]));
    } finally {
      source.close();
    }
  }

  // The library renames a collection member by member and cannot undo half of that; davgate moves it itself.
  readonly rename = () => Promise.resolve(false);
  readonly setAside = () => Promise.resolve(undefined);

  readonly realNames = () => Promise.resolve([]);
  readonly space = () => Promise.resolve(undefined);

  // The library keeps its own times and cannot set them.
  async setModified(path: SharePath): Promise<boolean> {
    await this.#stat(path);
    return false;
  }

  async remove(path: SharePath): Promise<void> {
    if (path === '/')
      throw new Failure('forbidden', 'The root of a share cannot be moved, replaced or removed.');
    await this.#inTurn(path, () => this.#remove(path));
  }

  async #remove(path: SharePath): Promise<void> {
    if ((await this.#stat(path)).kind === 'collection') {
      for await (const batch of this.list(path)) {
        if (batch.length > 0) throw new Failure('conflict', 'The collection has members.');
      }
    }
    await run((done) => this.#files.delete(this.#context, path, -1, done));
    this.#writes.delete(path);
  }
}

/** Waits until a stream has bytes or has ended. @throws the stream's error otherwise */
async function readable(stream: Readable): Promise<Readable> {
  await new Promise<void>((resolve, reject) => {
    stream.once('error', (error) => reject(toFailureOf(error)));
    for (const event of ['readable', 'end', 'close']) stream.once(event, resolve);
  });
  return stream;
}

/** The bytes in `range` of the stream that `open` opens on the first read; leaving early closes the source. */
function slice(open: () => Promise<Readable>, range: ByteRange): Readable {
  const bytes = async function* (): AsyncGenerator<Buffer> {
    let position = 0;
    const source: AsyncIterable<Buffer> = await open();
    for await (const chunk of source) {
      const from = Math.max(0, range.first - position);
      const to = Math.min(chunk.length, range.last + 1 - position);
      position += chunk.length;
      if (from < to) yield chunk.subarray(from, to);
      if (position > range.last) return;
    }
  };
  return Readable.from(bytes(), { objectMode: false });
}
