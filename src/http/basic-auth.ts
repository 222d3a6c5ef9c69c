interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

const basic = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads an Authorization header field of the Basic scheme (RFC 7617): UTF-8, or Latin-1 if it is not valid UTF-8.
 * @returns undefined for another scheme, broken base64, a missing colon or a NUL
 */
export function parseBasicAuth(field: string | undefined): BasicCredentials | undefined {
  const encoded = field === undefined ? undefined : basic.exec(field)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // Clients that do not assume UTF-8 send Latin-1.
  const text = decode(bytes) ?? bytes.toString('latin1');
  const colon = text.indexOf(':');
  if (colon < 0 || text.includes('\0')) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The WWW-Authenticate challenge for `realm` (RFC 7617 section 2), with the bytes that Apache sends for an AuthName in
 * UTF-8 without a backslash. It has no `charset` and nothing else after the realm: svn's serf takes everything up to
 * the last quotation mark for the realm, and stores passwords under it (docs/decisions/0017-challenge.md).
 */
export function basicChallenge(realm: string): string {
  // Node writes each character of a field as one byte.
  const bytes = Buffer.from(realm.replace(/["\\]/g, '\\$&'), 'utf8').toString('latin1');
  return `Basic realm="${bytes}"`;
}
