import type { Credentials } from '../../src/credentials/authenticator.js';
import { parseBasicAuth } from '../../src/http/basic-auth.js';
import type { Asking } from '../shares/incoming-request.js';

/** What a connection said last of who asks. */
interface Sent {
  readonly field: string;
  readonly credentials: Credentials | undefined;
}

/** Reads who asks. Nearly all requests of a connection say the same, which is read once and gives the same object. */
export class SentCredentials {
  readonly #stripDomain: boolean;
  readonly #last = new WeakMap<object, Sent>();

  /** @param stripDomain whether `DOMAIN\\user`, as Windows sends it, is `user` */
  constructor(stripDomain: boolean) {
    this.#stripDomain = stripDomain;
  }

  /** What the request says; undefined where it says nothing that could be read. */
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
