import { Readable } from 'node:stream';
import { contentTypeOf } from '../http/media-type.js';
import { restrictionsOn, type PageTrust } from '../http/active-content.js';
import type { HttpResponse, RequestHeaders } from '../http/message.js';
import { respondWith } from '../http/representation.js';
import { nameOf, type SharePath } from '../http/target.js';
import type { ReadableStorage } from './storage.js';

/** Only the user who was let in may keep a copy, and asks each time whether it is still the one. */
const cacheControl = [['Cache-Control', 'private, no-cache']] as const;

/**
 * Answers GET or HEAD for a file of a storage; the open file lives as long as the answer's body.
 * @throws Failure `not-found` and as `respondWith`
 */
export async function serveFile(
  storage: ReadableStorage,
  path: SharePath,
  method: string,
  headers: RequestHeaders,
  trust?: PageTrust,
): Promise<HttpResponse> {
  const contentType = contentTypeOf(nameOf(path));
  const file = await storage.open(path);
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
      [...cacheControl, ...restrictionsOn(contentType, trust)],
    );
    if (response.body instanceof Readable) {
      response.body.once('close', () => {
        file.close();
      });
    } else file.close();
    return response;
  } catch (error) {
    file.close();
    throw error;
  }
}
