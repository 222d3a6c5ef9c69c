import { Failure } from '../../failure.js';
import type { RequestHeaders } from '../../http/message.js';

/**
 * The announced length of a body in bytes: from Content-Length or, for a chunked body, from Finder's
 * `X-Expected-Entity-Length`.
 * @returns undefined if nothing was announced
 * @throws Failure `malformed` for anything but a number of bytes, and if the two differ
 */
export function announcedLength(headers: RequestHeaders): number | undefined {
  const content = bytesIn('Content-Length', headers['content-length']);
  const expected = bytesIn('X-Expected-Entity-Length', headers['x-expected-entity-length']);
  if (content !== undefined && expected !== undefined && content !== expected) {
    throw new Failure(
      'malformed',
      'Content-Length and X-Expected-Entity-Length differ; the server stored nothing.',
    );
  }
  return content ?? expected;
}

function bytesIn(name: string, field: string | undefined): number | undefined {
  if (field === undefined) return undefined;
  const bytes = /^\d+$/.test(field) ? Number(field) : Number.NaN;
  if (!Number.isSafeInteger(bytes)) throw new Failure('malformed', `${name} must be a number of bytes.`);
  return bytes;
}
