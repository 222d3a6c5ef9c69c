/** What a person sent to show who they are. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

const basic = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads an Authorization header field of the Basic scheme (RFC 7617): UTF-8, or Latin-1 where it is not valid UTF-8.
 * @returns undefined for another scheme, broken base64, a missing colon or a NUL
 */
export function parseBasicAuth(field: string | undefined): BasicCredentials | undefined {
  const encoded = field === undefined ? undefined : basic.exec(field)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  // Clients that know nothing of the charset parameter send Latin-1.
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

/** The WWW-Authenticate challenge for `realm`, which must stay the same: svn keys its saved passwords by it. */
export function basicChallenge(realm: string): string {
  return `Basic realm="${realm.replace(/["\\]/g, '\\$&')}", charset="UTF-8"`;
}
