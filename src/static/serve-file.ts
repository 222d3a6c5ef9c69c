import { Readable } from 'node:stream';
import { isFailure } from '../failure.js';
import { contentTypeOf } from '../http/media-type.js';
import { restrained, type PageTrust } from '../http/active-content.js';
import type { FileLocation, HandOver } from '../http/hand-over.js';
import { keptPrivately } from '../http/kept-privately.js';
import type { HttpResponse, RequestHeaders } from '../http/message.js';
import { respondWith, type Representation } from '../http/representation.js';
import { nameOf, type SharePath } from '../http/target.js';
import type { OpenFile, ReadableStorage } from '../storage/storage.js';

/** How a file may be answered. */
interface Serving {
  /** Default: sandboxed. */
  readonly trust?: PageTrust | undefined;
  /** Hands the file over to the web server in front; undefined: davgate sends it. */
  readonly handOver?: HandOver | undefined;
}

/** Smaller files are sent sooner than another server opens them, in bytes. */
const leastToHandOver = 64 * 1024;

/**
 * Answers GET or HEAD for a file in a storage; the file stays open as long as the answer's body.
 * @throws Failure `not-found` and as `respondWith`
 */
export async function serveFile(
  storage: ReadableStorage,
  path: SharePath,
  method: string,
  headers: RequestHeaders,
  serving?: Serving,
): Promise<HttpResponse> {
  return serveOpenFile(await storage.open(path), path, method, headers, serving);
}

/**
 * Opens `path` if it is a file: most requests are for files and thus look the path up only once. Any failure shows up
 * again, and is reported, when the caller goes on to serve the path.
 */
export async function openIfFile(storage: ReadableStorage, path: SharePath): Promise<OpenFile | undefined> {
  try {
    return await storage.open(path);
  } catch (error) {
    if (isFailure(error)) return undefined;
    throw error;
  }
}

/** As {@link serveFile}, for an open file. */
export function serveOpenFile(
  file: OpenFile,
  path: SharePath,
  method: string,
  headers: RequestHeaders,
  { trust, handOver }: Serving = {},
): HttpResponse {
  const contentType = contentTypeOf(nameOf(path));
  try {
    const { size, etag, modified } = file.stat;
    const representation = { size, etag, lastModified: modified, contentType };
    const field = handOver && isForFront(file, method, headers) && handOver(file.location);
    const response = field
      ? handedOver(representation, headers, field)
      : respondWith({ ...representation, read: (range) => file.read(range) }, method, headers);
    if (response.body instanceof Readable) {
      response.body.once('close', () => {
        file.close();
      });
    } else file.close();
    return keptPrivately(restrained(response, contentType, trust));
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Whether the web server in front can answer as davgate would. It compares these conditions with entity tags of its own
 * or none.
 */
function isForFront(
  file: OpenFile,
  method: string,
  headers: RequestHeaders,
): file is OpenFile & { readonly location: FileLocation } {
  return (
    method === 'GET' &&
    file.location !== undefined &&
    file.stat.size > leastToHandOver &&
    headers['if-match'] === undefined &&
    headers['if-unmodified-since'] === undefined
  );
}

/** The answer without the file, whose ranges the web server in front sends. */
function handedOver(
  representation: Omit<Representation, 'read'>,
  headers: RequestHeaders,
  field: readonly [name: string, value: string],
): HttpResponse {
  const whole = { ...headers, range: undefined, 'if-range': undefined };
  const { status, headers: fields } = respondWith(
    { ...representation, read: () => Buffer.alloc(0) },
    'GET',
    whole,
  );
  if (status !== 200) return { status, headers: fields };
  const others = fields.filter(([name]) => name !== 'Content-Length');
  return { status, headers: [...others, ['Content-Length', '0'], field] };
}
