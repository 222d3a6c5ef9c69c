import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { DavStorage } from '../../src/storage/storage.js';
import { inShare } from '../helpers/paths.js';

/** A request body of these bytes, in these chunks. */
export function bodyOf(...chunks: readonly (string | Buffer)[]): Readable {
  return Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );
}

/** A body that sends `first` and then breaks off, as when the client goes away. */
export function brokenBody(first: string): Readable {
  let sent = false;
  return new Readable({
    read() {
      if (sent) this.destroy(new Error('the connection was reset'));
      else this.push(first);
      sent = true;
    },
  });
}

/** A body that the test feeds by `push`. */
export function openBody(): Readable {
  return new Readable({ read: () => undefined });
}

/** Resolves once all that was pushed into a body has been taken out of it. */
export async function taken(body: Readable): Promise<void> {
  while (body.readableLength > 0) await setImmediate();
}

/** All bytes of what a storage or an answer gives. */
export async function bytesOf(source: string | Buffer | Readable | undefined): Promise<Buffer> {
  if (!(source instanceof Readable)) return Buffer.from(source ?? '');
  const chunks: Buffer[] = [];
  const stream: AsyncIterable<Buffer> = source;
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The bytes of a file in a storage, as text. */
export async function textAt(storage: DavStorage, path: string): Promise<string> {
  const file = await storage.open(inShare(path));
  try {
    return (await bytesOf(file.read())).toString();
  } finally {
    file.close();
  }
}

/** The names in a collection, sorted. */
export async function namesIn(storage: DavStorage, path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of storage.list(inShare(path))) names.push(...batch.map(({ name }) => name));
  return names.sort();
}
