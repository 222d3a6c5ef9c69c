import { Readable } from 'node:stream';
import { isFailure } from '../failure.js';
import { contentTypeOf } from '../http/media-type.js';
import { restrained, type PageTrust } from '../http/active-content.js';
import { keptPrivately } from '../http/kept-privately.js';
import type { HttpResponse, RequestHeaders } from '../http/message.js';
import { respondWith } from '../http/representation.js';
import { nameOf, type SharePath } from '../http/target.js';
import type { OpenFile, ReadableStorage } from '../storage/storage.js';

/**
 * Answers GET or HEAD for a file in a storage; the file stays open as long as the answer's body.
 * @throws Failure `not-found` and as `respondWith`
 */
export async function serveFile(
  storage: ReadableStorage,
  path: SharePath,
  method: string,
  headers: RequestHeaders,
  trust?: PageTrust,
): Promise<HttpResponse> {
  return serveOpenFile(await storage.open(path), path, method, headers, trust);
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
  trust?: PageTrust,
): HttpResponse {
  const contentType = contentTypeOf(nameOf(path));
  try {
    const { size, etag, modified } = file.stat;
    const response = respondWith(
      {
        size,
        etag,
        lastModified: modified,
        contentType,
        read: (range) => file.read(range),
      },
      method,
      headers,
    );
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
