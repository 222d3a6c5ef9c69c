/** The longest Cookie header field to read, in characters: Node's parser takes 16 KiB for all fields together. */
const maximumLength = 16_384;
const escape = /\\(?:([0-3][0-7]{2})|(.))/g;

/**
 * The value of the cookie `name` in a Cookie header field (RFC 6265 section 5.4). A value in double quotes is unquoted
 * and unescaped, as Python's `http.cookies` writes them. If several cookies have this name, the first one counts:
 * browsers send the one with the longest path first.
 * @param field the header field; several are joined by `; `, as Node's HTTP parser does
 * @returns undefined if there is none, or the field is longer than 16,384 characters
 */
export function readCookie(field: string | undefined, name: string): string | undefined {
  if (field === undefined || field.length > maximumLength) return undefined;
  for (const pair of field.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return unquote(pair.slice(equals + 1).trim());
  }
  return undefined;
}

function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value
    .slice(1, -1)
    .replace(escape, (_, octal: string | undefined, character: string | undefined) =>
      octal === undefined ? (character ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
    );
}
