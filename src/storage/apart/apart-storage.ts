import type { Readable } from 'node:stream';
import type { SharePath } from '../../http/target.js';
import { toStorageFailure } from '../local/errno.js';
import type {
  Arrival,
  Aside,
  DavStorage,
  Entry,
  OpenFile,
  RemoveOptions,
  ResourceStat,
  Space,
  Unlisted,
  WriteOptions,
  Written,
} from '../storage.js';
import { ApartFile } from './apart-file.js';
import { AskedWrite } from './asked-write.js';
import { FolderCalls, type FolderCallsOptions } from './folder-calls.js';

/** Milliseconds that work on much data, such as copying a file, may take while the disk answers: an hour. */
const lengthy = 3_600_000;

/**
 * A folder whose disk may be slow or hang, such as one of a network file system: LocalStorage in a process of its own
 * (docs/decisions/0025-slow-disks.md). While its disk hangs, everything fails with `unavailable` and Retry-After.
 */
export class ApartStorage implements DavStorage {
  readonly #calls: FolderCalls;

  /** Starts the process and does not wait for it. */
  constructor(options: FolderCallsOptions) {
    this.#calls = new FolderCalls(options);
  }

  /** Ends the process, after two seconds at most. */
  close(): Promise<void> {
    return this.#calls.close();
  }

  stat(path: SharePath): Promise<ResourceStat | undefined> {
    return this.#calls.call('stat', path);
  }

  async *list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncGenerator<readonly Entry[]> {
    const list = this.#calls.handle();
    let isOpen = false;
    try {
      for (;;) {
        isOpen = false;
        const { entries, unnameable, hidden } = await this.#calls.call('list', { list, path });
        for (let count = 0; count < unnameable; count += 1) onUnlisted?.('unnameable');
        for (let count = 0; count < hidden; count += 1) onUnlisted?.('hidden');
        if (!entries) return;
        isOpen = true;
        yield entries;
      }
    } finally {
      if (isOpen) await this.#calls.call('endList', list).catch(() => undefined);
    }
  }

  async open(path: SharePath): Promise<OpenFile> {
    const file = this.#calls.handle();
    return new ApartFile(this.#calls, file, await this.#calls.call('open', { file, path }));
  }

  async write(path: SharePath, body: Readable, options: WriteOptions = {}): Promise<Written> {
    const { length, modified, fresh = false, ready } = options;
    const parameters = { path, length, modified, fresh, hasReady: ready !== undefined };
    const asked = new AskedWrite(body, options);
    try {
      return await this.#calls.call('write', parameters, 0, asked);
    } catch (error) {
      throw toStorageFailure(await asked.failedWith(error));
    }
  }

  async makeCollection(path: SharePath): Promise<void> {
    await this.#calls.call('makeCollection', path, lengthy);
  }

  async copyFile(from: SharePath, to: SharePath): Promise<void> {
    await this.#calls.call('copyFile', { from, to }, lengthy);
  }

  rename(from: SharePath, to: SharePath): Promise<boolean> {
    return this.#calls.call('rename', { from, to }, lengthy);
  }

  async setAside(path: SharePath, arrival: Arrival = 'at once'): Promise<Aside | undefined> {
    const aside = this.#calls.handle();
    if (!(await this.#calls.call('setAside', { aside, path, arrival }, lengthy))) return undefined;
    return {
      putBack: async () => {
        await this.#calls.call('putBack', aside, lengthy);
      },
      discard: async () => {
        await this.#calls.call('discard', aside, lengthy);
      },
    };
  }

  realNames(path: SharePath): Promise<readonly string[]> {
    return this.#calls.call('realNames', path);
  }

  space(): Promise<Space | undefined> {
    return this.#calls.call('space', undefined);
  }

  setModified(path: SharePath, modified: number): Promise<boolean> {
    return this.#calls.call('setModified', { path, modified }, lengthy);
  }

  async remove(path: SharePath, options: RemoveOptions = {}): Promise<void> {
    await this.#calls.call('remove', { path, options }, lengthy);
  }
}
