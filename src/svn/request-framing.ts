import { Failure } from '../failure.js';
import type { HeaderList } from '../http/message.js';

/** How a request's body is delimited (RFC 9112 section 6.3). */
export type Framing =
  { readonly kind: 'none' | 'chunked' } | { readonly kind: 'length'; readonly bytes: string };

/**
 * Reads the framing of a request from all of its header fields. Only what two servers cannot read differently passes.
 * @throws Failure `malformed` for both or repeated fields and what is not a number, `not-implemented` for any transfer
 *   coding but chunked
 */
export function framingOf(headers: HeaderList): Framing {
  const codings = valuesOf(headers, 'transfer-encoding');
  const lengths = valuesOf(headers, 'content-length');
  if (codings.length + lengths.length > 1) {
    throw new Failure('malformed', 'The length of the request body is given twice.');
  }
  const [coding] = codings;
  if (coding !== undefined) {
    if (coding.trim().toLowerCase() === 'chunked') return { kind: 'chunked' };
    throw new Failure('not-implemented', 'The only transfer coding taken is chunked.');
  }
  const [length] = lengths;
  if (length === undefined) return { kind: 'none' };
  if (!/^\d{1,18}$/.test(length.trim())) {
    throw new Failure('malformed', 'The Content-Length is not a number.');
  }
  return { kind: 'length', bytes: length.trim() };
}

function valuesOf(headers: HeaderList, wanted: string): string[] {
  const values: string[] = [];
  for (const [name, value] of headers) {
    if (name.length === wanted.length && name.toLowerCase() === wanted) values.push(value);
  }
  return values;
}
