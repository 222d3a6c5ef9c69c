import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RowProof, SignedIn, SiteUser } from './site-sign-in.js';

/**
 * Whether the site's Python has read the row that stores this password. It proves that without telling the password: by
 * the HMAC-SHA256 of what the row stores, in hexadecimal, with the nonce of the question as the key.
 * @param encoded as in the row that davgate reads
 */
export function provesRow(proof: string, nonce: string, encoded: string): boolean {
  const expected = Buffer.from(createHmac('sha256', nonce).update(encoded).digest('hex'));
  const given = Buffer.from(proof);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A user whom the site has signed in, with what proves which row it has read; undefined: it has none. */
export function signedIn(user: SiteUser, proof: RowProof | undefined): SignedIn {
  return {
    ...user,
    hasRow: (encoded) => proof !== undefined && provesRow(proof.digest, proof.nonce, encoded),
    ...(proof && { proof }),
  };
}

/** Why nobody gets in by a row of another database. */
export const otherRow =
  'The site and davgate do not read the same row: a user has the same primary key, but another name or another stored ' +
  'password. Nobody gets in by such a row. Let the site and davgate use the same database.';
