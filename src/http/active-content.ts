import { Failure } from '../failure.js';
import { essenceOf, unknownType } from './media-type.js';
import type { HeaderList, HttpResponse } from './message.js';

/** Whether a file may act as a page of this server: `sandboxed` unless the administrator trusts a share's files. */
export type PageTrust = 'sandboxed' | 'trusted';

/**
 * Types that no browser runs as a page, listed by exact name: browsers treat `video/x+xml` as XML, whatever it begins
 * with. Chromium shows no PDF in a sandbox, and active content in a PDF does not run in our origin.
 */
const inert: ReadonlySet<string> = new Set(
  (
    'text/plain text/markdown text/csv application/octet-stream application/pdf application/zip application/gzip ' +
    'image/png image/jpeg image/gif image/webp image/avif image/bmp image/tiff image/heic image/heif ' +
    'image/x-icon image/vnd.microsoft.icon ' +
    'audio/mpeg audio/mp4 audio/ogg audio/aac audio/flac audio/wav audio/x-wav audio/webm ' +
    'video/mp4 video/ogg video/webm video/mpeg video/quicktime video/x-msvideo video/x-matroska ' +
    'font/woff font/woff2 font/ttf font/otf font/collection'
  ).split(' '),
);

/**
 * A page in an origin of its own, without scripts, forms and windows. It looks as intended, with pictures and style
 * sheets from beside it; `default-src` blocks the rest (scripts that XSLT makes, frames, plug-ins, workers).
 */
const policy =
  "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self' data:; font-src 'self' data:; " +
  "style-src 'self' 'unsafe-inline'; form-action 'none'; base-uri 'none'";

const asWritten: HeaderList = [['X-Content-Type-Options', 'nosniff']];
const sandboxed: HeaderList = [...asWritten, ['Content-Security-Policy', policy]];
const withoutBody: ReadonlySet<number> = new Set([204, 205, 301, 302, 303, 304, 307, 308]);

/**
 * An answer that contains a user's file, with fields that keep the file from acting in its reader's name: without
 * them, a page that one user uploads could, when another opens it, use that user's login on every share of this
 * server. A Content-Type that is missing, or is not exactly one media type, becomes `application/octet-stream`.
 * @param likely the Content-Type of the file for an answer without a body and a Content-Type (304): a browser applies
 *   the fields to its own copy
 */
export function restrained(
  response: HttpResponse,
  likely: string,
  trust: PageTrust = 'sandboxed',
): HttpResponse {
  const { status, headers } = response;
  const given = headers.filter(([name]) => isContentType(name));
  const [[, field] = [], ...more] = given;
  const silent = field === undefined && withoutBody.has(status);
  const essence = more.length > 0 ? undefined : essenceOf(silent ? likely : (field ?? ''));
  const fields = trust === 'trusted' || inert.has(essence ?? unknownType) ? asWritten : sandboxed;
  if (silent || essence !== undefined) return { ...response, headers: [...headers, ...fields] };
  const others = headers.filter(([name]) => !isContentType(name));
  return { ...response, headers: [['Content-Type', unknownType], ...others, ...fields] };
}

function isContentType(name: string): boolean {
  return name.length === 12 && name.toLowerCase() === 'content-type';
}

/**
 * A service worker sees and answers every later request below its folder, so users' files must not become one.
 * @param field `Service-Worker`, with which browsers mark the request for such a script
 * @see https://www.w3.org/TR/service-workers/#service-worker-script-request
 * @throws Failure `forbidden`
 */
export function refuseServiceWorker(field: unknown, trust: PageTrust): void {
  if (trust === 'trusted' || field === undefined) return;
  throw new Failure('forbidden', 'A file of this share cannot be a service worker.');
}
