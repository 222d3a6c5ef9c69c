import { inflateSync } from 'node:zlib';
import { TimestampSigner } from './timestamp-signer.js';

/** The content of a signed text. */
interface SignedContent {
  readonly content: unknown;
  /** Seconds since 1970. */
  readonly signedAt: number;
}

/** The most bytes of JSON to read. Signing keeps strangers out, but a site may store much for its users. */
const maximumBytes = 1024 * 1024;
/** In characters: `maximumBytes` in base64, with room for the timestamp and the signature. */
const maximumLength = Math.ceil((maximumBytes * 4) / 3) + 100;

/** Reads what `django.core.signing.dumps` wrote with the JSON serializer, compressed or not. */
export class SignedJson {
  readonly #signer: TimestampSigner;

  /** @param secrets SECRET_KEY, then SECRET_KEY_FALLBACKS */
  constructor(salt: string, secrets: readonly string[]) {
    this.#signer = new TimestampSigner(salt, secrets);
  }

  /** @returns undefined if the signature is wrong, the content exceeds 1 MiB, or it is not JSON */
  read(text: string): SignedContent | undefined {
    const signed = text.length > maximumLength ? undefined : this.#signer.unsign(text);
    if (!signed) return undefined;
    try {
      return { content: JSON.parse(decode(signed.value)), signedAt: signed.signedAt };
    } catch {
      return undefined;
    }
  }
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
