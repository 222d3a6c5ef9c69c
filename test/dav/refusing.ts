import type { Readable } from 'node:stream';
import { Failure } from '../../src/failure.js';
import type { SharePath } from '../../src/http/target.js';
import type {
  Arrival,
  Aside,
  DavStorage,
  Entry,
  Unlisted,
  OpenFile,
  RemoveOptions,
  ResourceStat,
  Space,
  WriteOptions,
  Written,
} from '../../src/storage/storage.js';

type Operation = 'write' | 'open' | 'makeCollection' | 'copyFile' | 'remove';

/** Storage in which single operations can be refused, as a file system refuses them. */
export class Refusing implements DavStorage {
  readonly #storage: DavStorage;
  readonly #refused = new Set<string>();
  /** Whether to say that nothing can be renamed in one step. */
  cannotRename = false;
  /** Whether to say that nothing can be set aside. */
  cannotSetAside = false;

  constructor(storage: DavStorage) {
    this.#storage = storage;
  }

  /** From now on `operation` on `path` fails with `forbidden`; a copy goes by its source. */
  refuse(operation: Operation, path: string): void {
    this.#refused.add(`${operation} ${path}`);
  }

  /** Refuses nothing any more. */
  relent(): void {
    this.#refused.clear();
  }

  #mind(operation: Operation, path: SharePath): void {
    if (this.#refused.has(`${operation} ${path}`)) throw new Failure('forbidden', 'Not this one.');
  }

  async stat(path: SharePath): Promise<ResourceStat | undefined> {
    return this.#storage.stat(path);
  }

  list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncIterable<readonly Entry[]> {
    return this.#storage.list(path, onUnlisted);
  }

  async open(path: SharePath): Promise<OpenFile> {
    this.#mind('open', path);
    return this.#storage.open(path);
  }

  async write(path: SharePath, body: Readable, options?: WriteOptions): Promise<Written> {
    this.#mind('write', path);
    return this.#storage.write(path, body, options);
  }

  async makeCollection(path: SharePath): Promise<void> {
    this.#mind('makeCollection', path);
    await this.#storage.makeCollection(path);
  }

  async copyFile(from: SharePath, to: SharePath): Promise<void> {
    this.#mind('copyFile', from);
    await this.#storage.copyFile(from, to);
  }

  async rename(from: SharePath, to: SharePath): Promise<boolean> {
    return !this.cannotRename && (await this.#storage.rename(from, to));
  }

  async setAside(path: SharePath, arrival?: Arrival): Promise<Aside | undefined> {
    return this.cannotSetAside ? undefined : this.#storage.setAside(path, arrival);
  }

  async realNames(path: SharePath): Promise<readonly string[]> {
    return this.#storage.realNames(path);
  }

  async space(): Promise<Space | undefined> {
    return this.#storage.space();
  }

  async setModified(path: SharePath, modified: number): Promise<boolean> {
    return this.#storage.setModified(path, modified);
  }

  async remove(path: SharePath, options?: RemoveOptions): Promise<void> {
    this.#mind('remove', path);
    await this.#storage.remove(path, options);
  }
}
