import { inflateSync } from 'node:zlib';
import { SaltedHmac } from './salted-hmac.js';

interface SignedContent {
  readonly content: unknown;
  /** Seconds since 1970. */
  readonly signedAt: number;
}

/** The most bytes of JSON to read. Signing keeps strangers out, but a site may store much for its users. */
const maximumBytes = 1024 * 1024;
/** In characters: `maximumBytes` in base64, with room for the timestamp and the signature. */
const maximumLength = Math.ceil((maximumBytes * 4) / 3) + 100;

/**
 * Reads what `django.core.signing.dumps` wrote with the JSON serializer, compressed or not.
 * @param secrets SECRET_KEY, then SECRET_KEY_FALLBACKS
 * @returns a function that gives undefined if the signature is wrong, the content exceeds 1 MiB, or it is not JSON
 */
export function signedJson(
  salt: string,
  secrets: readonly string[],
): (text: string) => SignedContent | undefined {
  const unsign = timestampSigner(salt, secrets);
  return (text) => {
    const signed = text.length > maximumLength ? undefined : unsign(text);
    if (!signed) return undefined;
    try {
      return { content: JSON.parse(decode(signed.value)), signedAt: signed.signedAt };
    } catch {
      return undefined;
    }
  };
}

/**
 * A leading `.` means that the bytes are compressed with zlib. @throws if they cannot be decompressed, or become too
 * large
 */
function decode(value: string): string {
  const compressed = value.startsWith('.');
  const bytes = Buffer.from(compressed ? value.slice(1) : value, 'base64url');
  const json = compressed ? inflateSync(bytes, { maxOutputLength: maximumBytes }) : bytes;
  return json.toString('latin1');
}

interface Signed {
  readonly value: string;
  /** Seconds since 1970. */
  readonly signedAt: number;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
// Eight digits in base 62 are enough for millions of years.
const timestamp = /^[0-9A-Za-z]{1,8}$/;

/**
 * Checks what `django.core.signing.TimestampSigner` signed, Django 3.1 to 6.1: `value:timestamp:signature`. Signatures
 * with SHA-1 (Django 3.0 and older, or DEFAULT_HASHING_ALGORITHM = "sha1") are not accepted.
 * @param secrets SECRET_KEY, then SECRET_KEY_FALLBACKS
 * @returns a function that gives the signed value, and undefined if the signature is wrong
 */
export function timestampSigner(
  salt: string,
  secrets: readonly string[],
): (text: string) => Signed | undefined {
  const hmac = new SaltedHmac(`${salt}signer`, secrets);
  return (text) => {
    const [signed, signature] = splitLast(text) ?? [];
    if (signed === undefined || signature === undefined) return undefined;
    if (!hmac.verifies(signed, signature, 'base64url')) return undefined;
    const [value, time] = splitLast(signed) ?? [];
    if (value === undefined || time === undefined || !timestamp.test(time)) return undefined;
    return { value, signedAt: base62(time) };
  };
}

/** The parts before and after the last colon. */
function splitLast(text: string): [before: string, after: string] | undefined {
  const colon = text.lastIndexOf(':');
  return colon === -1 ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
}

function base62(text: string): number {
  return Array.from(text).reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
}
