/** How the body of an answer ends; an interim answer has none, and another answer follows. */
export type Framing = number | 'chunked' | 'interim';

/**
 * How the body of an answer ends, by its status line and header section (RFC 9112 section 6.3), where no request is a
 * HEAD.
 * @throws RangeError if only the end of the connection would end it
 */
export function framingOf(head: string): Framing {
  const status = Number(head.slice(9, 12));
  if (status >= 100 && status < 200) return 'interim';
  if (status === 204 || status === 304) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return 'chunked';
  throw new RangeError(`An answer whose body has no length: ${head.slice(0, 200)}`);
}

/** A field's value in a header section; undefined if there is none. */
export function fieldOf(head: string, name: string): string | undefined {
  const lowerCase = name.toLowerCase();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (line.slice(0, colon).toLowerCase() === lowerCase) return line.slice(colon + 1).trim();
  }
  return undefined;
}
