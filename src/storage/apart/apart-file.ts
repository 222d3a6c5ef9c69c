import { Readable } from 'node:stream';
import { Failure } from '../../failure.js';
import type { ByteRange } from '../../http/range.js';
import type { FileStat, OpenFile } from '../storage.js';
import type { FolderCalls } from './folder-calls.js';

/** Bytes to ask for at a time. */
const chunkBytes = 256 * 1024;

/** A file that is open in another process. */
export class ApartFile implements OpenFile {
  readonly stat: FileStat;
  readonly #calls: FolderCalls;
  readonly #handle: number;
  #streams = 0;
  #released = false;
  #closed = false;

  constructor(calls: FolderCalls, handle: number, stat: FileStat) {
    this.#calls = calls;
    this.#handle = handle;
    this.stat = stat;
  }

  read(range: ByteRange = { first: 0, last: this.stat.size - 1 }): Buffer | Readable {
    if (range.last < range.first) return Buffer.alloc(0);
    this.#streams += 1;
    return Readable.from(this.#chunks(range), { objectMode: false, highWaterMark: chunkBytes }).once(
      'close',
      () => {
        this.#streams -= 1;
        this.#closeWhenUnused();
      },
    );
  }

  async *#chunks({ first, last }: ByteRange): AsyncGenerator<Buffer> {
    for (let next = first; next <= last; next += chunkBytes) {
      const range = { first: next, last: Math.min(last, next + chunkBytes - 1) };
      const bytes = await this.#calls.call('read', { file: this.#handle, range });
      if (bytes.length !== range.last - range.first + 1) {
        throw new Failure('internal', 'The file became shorter while it was being read.');
      }
      yield bytes;
    }
  }

  close(): void {
    this.#released = true;
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (!this.#released || this.#streams > 0 || this.#closed) return;
    this.#closed = true;
    this.#calls.call('closeFile', this.#handle).catch(() => {
      // It went with its process.
    });
  }
}
