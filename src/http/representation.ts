import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Failure } from '../failure.js';
import { evaluateConditions, rangeApplies, type Validators } from './conditions.js';
import { formatHttpDate } from './date.js';
import type { HeaderList, HttpResponse, RequestHeaders } from './message.js';
import { parseRange, type ByteRange } from './range.js';

/** The bytes behind a GET, to which conditional requests and ranges apply. */
export interface Representation extends Validators {
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  read(range?: ByteRange): Buffer | Readable;
}

/**
 * Answers GET or HEAD: 200, 206 with one part or as multipart/byteranges, or 304. See RFC 9110 sections 13
 * (conditions) and 14 (ranges).
 * @throws Failure `precondition-failed`, `range-not-satisfiable`
 */
export function respondWith(
  representation: Representation,
  method: string,
  headers: RequestHeaders,
  extra: HeaderList = [],
): HttpResponse {
  const { size, contentType, etag, lastModified } = representation;
  const validators: HeaderList = [
    ...(etag === undefined ? [] : [['ETag', etag] as const]),
    ['Last-Modified', formatHttpDate(lastModified)],
    ...extra,
  ];
  const outcome = evaluateConditions(method, headers, representation);
  if (outcome === 'precondition-failed') {
    throw new Failure(
      'precondition-failed',
      'The current file does not match the conditions of the request.',
    );
  }
  if (outcome === 'not-modified') return { status: 304, headers: validators };
  const common: HeaderList = [['Accept-Ranges', 'bytes'], ...validators];
  // RFC 9110 section 14.2: a Range field has a meaning for GET only.
  const ranged = method === 'GET' && rangeApplies(headers['if-range'], representation);
  const request = parseRange(ranged ? headers.range : undefined, size);
  switch (request.kind) {
    case 'unsatisfiable':
      throw new Failure('range-not-satisfiable', 'The requested range is beyond the end of the file.', {
        headers: [['Content-Range', `bytes */${size}`]],
      });
    case 'whole':
      return {
        status: 200,
        headers: [['Content-Type', contentType], ['Content-Length', String(size)], ...common],
        ...(method === 'HEAD' || size === 0 ? {} : { body: representation.read() }),
      };
    case 'parts': {
      const [first, ...others] = request.parts;
      return others.length === 0
        ? onePart(representation, first, common)
        : manyParts(representation, request.parts, common);
    }
  }
}

function onePart(representation: Representation, range: ByteRange, common: HeaderList): HttpResponse {
  return {
    status: 206,
    headers: [
      ['Content-Type', representation.contentType],
      ['Content-Length', String(range.last - range.first + 1)],
      ['Content-Range', contentRange(range, representation.size)],
      ...common,
    ],
    body: representation.read(range),
  };
}

function manyParts(
  representation: Representation,
  parts: readonly ByteRange[],
  common: HeaderList,
): HttpResponse {
  const boundary = randomBytes(12).toString('hex');
  const heads = parts.map(
    (range) =>
      `\r\n--${boundary}\r\nContent-Type: ${representation.contentType}\r\n` +
      `Content-Range: ${contentRange(range, representation.size)}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const payload = parts.reduce((sum, range) => sum + range.last - range.first + 1, 0);
  const framing = [...heads, tail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const body = async function* (): AsyncGenerator<Buffer> {
    for (const [index, range] of parts.entries()) {
      yield Buffer.from(heads[index] ?? '');
      const bytes = representation.read(range);
      if (bytes instanceof Readable) yield* bytes;
      else yield bytes;
    }
    yield Buffer.from(tail);
  };
  return {
    status: 206,
    headers: [
      ['Content-Type', `multipart/byteranges; boundary=${boundary}`],
      ['Content-Length', String(payload + framing)],
      ...common,
    ],
    body: Readable.from(body(), { objectMode: false }),
  };
}

function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.first}-${range.last}/${size}`;
}
