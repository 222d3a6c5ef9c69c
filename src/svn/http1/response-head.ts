import type { HeaderList } from '../../http/message.js';

/** How the body of an answer is delimited (RFC 9112 section 6.3). */
export type ResponseFraming =
  { readonly kind: 'none' | 'chunked' | 'until-close' } | { readonly kind: 'length'; readonly bytes: number };

export interface ResponseHead {
  readonly status: number;
  /** In their order and case, repeated ones kept. */
  readonly headers: HeaderList;
  readonly framing: ResponseFraming;
  /** Whether the connection may carry another request. */
  readonly persistent: boolean;
}

/** The other end does not speak HTTP/1.1 as it must. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** The most lines of a head; Apache answers with some thirty. */
const mostLines = 1000;

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t -~\x80-\xff]*)?$/;
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const unfit = /[^\t -~\x80-\xff]/;

/**
 * Reads a head (RFC 9112 sections 4 and 5).
 * @param text without the empty line at its end, a byte a character
 * @param method of the request: it decides, with the status, whether there is a body
 * @throws ProtocolError for what two readers could take for different things
 */
export function parseResponseHead(text: string, method: string): ResponseHead {
  const lines = text.split('\r\n', mostLines + 1);
  if (lines.length > mostLines) throw new ProtocolError('The header section has too many fields.');
  const [, minor, code] = statusLine.exec(lines[0] ?? '') ?? [];
  if (code === undefined) throw new ProtocolError('The status line cannot be read.');
  const status = Number(code);
  if (status === 101) throw new ProtocolError('Nobody asked for another protocol.');
  const headers = parseFields(lines, 1);
  const framing = framingOf(status, headers, method);
  const persistent =
    minor === '1' &&
    framing.kind !== 'until-close' &&
    !/\bclose\b/i.test(valueOf(headers, 'connection') ?? '');
  if (status < 200 && !persistent) throw new ProtocolError('An interim answer is the last one.');
  return { status, headers, framing, persistent };
}

/** Reads the lines of a header or trailer section, from one on. @throws ProtocolError */
export function parseFields(lines: readonly string[], first = 0): HeaderList {
  if (unfit.test(lines.join(''))) throw new ProtocolError('A header field has a control character in it.');
  const fields: [string, string][] = [];
  for (let index = first; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!fieldName.test(name)) throw new ProtocolError('A header field cannot be read.');
    fields.push([name, trimmed(line, colon + 1)]);
  }
  return fields;
}

/** From `start` on, without spaces and tabs at either end. */
function trimmed(line: string, start: number): string {
  let [from, to] = [start, line.length];
  while (from < to && isBlank(line.charCodeAt(from))) from += 1;
  while (to > from && isBlank(line.charCodeAt(to - 1))) to -= 1;
  return line.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function framingOf(status: number, headers: HeaderList, method: string): ResponseFraming {
  const coding = valueOf(headers, 'transfer-encoding');
  const length = valueOf(headers, 'content-length');
  if (length !== undefined) {
    if (coding !== undefined) throw new ProtocolError('The length of the answer is given twice.');
    if (!/^\d{1,15}$/.test(length)) throw new ProtocolError('The length of the answer is not a number.');
  }
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'none' };
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new ProtocolError('The transfer coding is not known.');
    return { kind: 'chunked' };
  }
  if (length === undefined) return { kind: 'until-close' };
  const bytes = Number(length);
  return bytes === 0 ? { kind: 'none' } : { kind: 'length', bytes };
}

/** The values of a field, joined as RFC 9110 section 5.2 has it. @param wanted in lower case */
function valueOf(headers: HeaderList, wanted: string): string | undefined {
  let joined: string | undefined;
  for (const [name, value] of headers) {
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    joined = joined === undefined ? value : `${joined}, ${value}`;
  }
  return joined;
}
