import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Failure } from '../../failure.js';
import type { FileLocation } from '../../http/hand-over.js';
import type { ByteRange } from '../../http/range.js';
import type { FileStat, OpenFile } from '../storage.js';
import { fileStatOf } from './file-stat.js';
import { FileStream } from './file-stream.js';
import type { Held, RealPath } from './held.js';

/** Up to this many bytes are read at once: for small files one system call is several times faster than a stream. */
const wholeReadBytes = 64 * 1024;

/**
 * Opens a held file: non-blocking, and only after checking that it is a regular file. Opening a pipe would block the
 * whole server, and opening a device can have side effects.
 * @param root the storage's folder
 * @throws Failure `not-found` if it is not a regular file
 */
export function openLocalFile(held: Held, root: RealPath): OpenFile {
  const stats = held.stats();
  if (!stats.isFile()) throw new Failure('not-found', 'There is no file here.');
  const descriptor = openSync(held.path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new LocalFile(descriptor, fileStatOf(stats), root, held.real);
}

class LocalFile implements OpenFile {
  readonly stat: FileStat;
  readonly #descriptor: number;
  readonly #root: RealPath;
  readonly #real: RealPath;
  #streams = 0;
  #released = false;
  #closed = false;

  constructor(descriptor: number, stat: FileStat, root: RealPath, real: RealPath) {
    this.#descriptor = descriptor;
    this.stat = stat;
    this.#root = root;
    this.#real = real;
  }

  get location(): FileLocation {
    return { root: this.#root, below: this.#root === '/' ? this.#real : this.#real.slice(this.#root.length) };
  }

  read(range: ByteRange = { first: 0, last: this.stat.size - 1 }): Buffer | Readable {
    const length = range.last - range.first + 1;
    if (length > wholeReadBytes) return this.#stream(range);
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const read = readSync(this.#descriptor, buffer, filled, length - filled, range.first + filled);
      if (read === 0) throw new Failure('internal', 'The file became shorter while it was being read.');
      filled += read;
    }
    return buffer;
  }

  #stream(range: ByteRange): Readable {
    this.#streams += 1;
    return new FileStream(this.#descriptor, range).once('close', () => {
      this.#streams -= 1;
      this.#closeWhenUnused();
    });
  }

  close(): void {
    this.#released = true;
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (!this.#released || this.#streams > 0 || this.#closed) return;
    this.#closed = true;
    closeSync(this.#descriptor);
  }
}
