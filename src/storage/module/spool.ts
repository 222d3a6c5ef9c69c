import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Failure, isFailure } from '../../failure.js';
import { chunksOf } from '../../async/body-chunks.js';
import type { WriteOptions } from '../storage.js';
import { toStorageFailure } from '../local/errno.js';

const inMemoryBytes = 1024 * 1024;

/** A body that has arrived completely and can be read once. */
interface Spooled {
  /** Bytes. */
  readonly length: number;
  readonly stream: Readable;
  /** Frees the memory or the file that holds the bytes. */
  dispose(): Promise<void>;
}

/**
 * Receives a whole body, in memory while it is small and in a file in `folder` beyond that, so that a storage that
 * cannot undo a write never sees half a body.
 * @throws Failure `malformed` if the body breaks off or is not as long as expected; `insufficient-storage`
 */
export async function spool(
  body: Readable,
  folder: string,
  { length: expected, onBytes }: WriteOptions,
): Promise<Spooled> {
  const path = `${folder}/.davgate-${randomBytes(12).toString('hex')}`;
  const head: Buffer[] = [];
  let length = 0;
  let file: FileHandle | undefined;
  const dispose = async (): Promise<void> => {
    await file?.close();
    if (file) await rm(path, { force: true });
  };
  try {
    for await (const chunk of chunksOf(body)) {
      length += chunk.length;
      if (expected !== undefined && length > expected) break;
      const counted = onBytes?.(length);
      if (counted) await counted;
      if (length > inMemoryBytes) file ??= await open(path, 'wx+', 0o600);
      if (file) await file.appendFile(Buffer.concat([...head.splice(0), chunk]));
      else head.push(chunk);
    }
    if (expected !== undefined && length !== expected) {
      throw new Failure('malformed', 'The body was not as long as announced; the server stored nothing.');
    }
  } catch (error) {
    await dispose();
    throw toSpoolFailure(error);
  }
  const stream = file ? file.createReadStream({ start: 0, autoClose: false }) : Readable.from(head);
  return { length, stream, dispose };
}

/** A problem with the folder is not the client's mistake, and nothing that they asked for is missing. */
function toSpoolFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  const failure = toStorageFailure(error);
  if (isFailure(failure, 'insufficient-storage')) return failure;
  return new Failure('internal', 'The server could not store the body while it arrived.', { cause: error });
}
