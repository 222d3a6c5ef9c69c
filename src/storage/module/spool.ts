import { randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Failure, isFailure } from '../../failure.js';

const inMemoryBytes = 1024 * 1024;

/** A body that has arrived whole, ready to be read once. */
export interface Spooled {
  /** Bytes. */
  readonly length: number;
  readonly stream: Readable;
  /** Frees what holds the bytes. */
  dispose(): Promise<void>;
}

/**
 * Takes in a whole body, in memory while it is small and in a file of `folder` beyond that, so that a storage which
 * cannot undo a write never sees half of one.
 * @throws Failure `malformed` when the body breaks off or is not `expected` bytes long
 */
export async function spool(body: Readable, folder: string, expected: number | undefined): Promise<Spooled> {
  const path = `${folder}/davgate-${randomBytes(12).toString('hex')}`;
  const head: Buffer[] = [];
  let length = 0;
  let file: FileHandle | undefined;
  const dispose = async (): Promise<void> => {
    await file?.close();
    if (file) await rm(path, { force: true });
  };
  try {
    const chunks: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) {
      length += chunk.length;
      if (expected !== undefined && length > expected) break;
      if (length > inMemoryBytes) file ??= await open(path, 'wx+', 0o600);
      if (!file) {
        head.push(chunk);
        continue;
      }
      await file.appendFile(Buffer.concat([...head.splice(0), chunk]));
    }
    if (expected !== undefined && length !== expected) {
      throw new Failure('malformed', 'The body was not as long as announced; nothing was kept.');
    }
  } catch (cause) {
    await dispose();
    if (isFailure(cause)) throw cause;
    throw new Failure('malformed', 'The body broke off; nothing was kept.', { cause });
  }
  const stream = file ? file.createReadStream({ start: 0, autoClose: false }) : Readable.from(head);
  return { length, stream, dispose };
}
