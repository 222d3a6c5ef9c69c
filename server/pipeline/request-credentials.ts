import type { Credentials } from '../../src/credentials/authenticator.js';
import { parseBasicAuth } from '../../src/http/basic-auth.js';
import type { Asking } from '../shares/incoming-request.js';

/** The last credentials on a connection. */
interface Sent {
  readonly field: string;
  readonly credentials: Credentials | undefined;
}

/**
 * Reads credentials. Nearly all requests on a connection carry the same ones: they are parsed once, into one object.
 */
export class SentCredentials {
  readonly #stripDomain: boolean;
  readonly #last = new WeakMap<object, Sent>();

  /** @param stripDomain whether `DOMAIN\\user`, as Windows sends it, signs in as `user` */
  constructor(stripDomain: boolean) {
    this.#stripDomain = stripDomain;
  }

  /** The credentials in the request; undefined if there are none, or they are malformed. */
  of({ headers: { authorization: field }, connection }: Asking): Credentials | undefined {
    if (field === undefined) return undefined;
    const last = this.#last.get(connection);
    if (last?.field === field) return last.credentials;
    const credentials = this.#read(field);
    this.#last.set(connection, { field, credentials });
    return credentials;
  }

  #read(field: string): Credentials | undefined {
    const credentials = parseBasicAuth(field);
    return credentials && this.#stripDomain
      ? { ...credentials, username: credentials.username.replace(/^[^\\]*\\/, '') }
      : credentials;
  }
}
