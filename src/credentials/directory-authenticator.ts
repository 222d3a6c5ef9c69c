import type { Identity } from '../access/identity.js';
import type { UserDirectory } from '../django/directory.js';
import type { PasswordChecker } from '../django/hashers/hasher.js';
import type { Authenticator, Credentials } from './authenticator.js';
import { BoundedMap } from './bounded-map.js';
import { CredentialKey } from './credential-key.js';
import type { DerivationGate } from './derivation-gate.js';
import { FreshUsers, type FreshUser } from './fresh-users.js';
import { SingleFlight } from './single-flight.js';
import { normalizeUsername } from './username.js';

export interface DirectoryAuthenticatorOptions {
  readonly directory: UserDirectory;
  readonly passwords: PasswordChecker;
  readonly gate: DerivationGate;
  /** Milliseconds on a clock that never goes back, such as `performance.now()`. */
  readonly now: () => number;
  /** The most verified credentials, and the most users, that are remembered. Default 10,000. */
  readonly capacity?: number;
}

/** Longer ones, in bytes of UTF-8, are wrong without being derived. */
const maximumPasswordBytes = 4096;

/**
 * Authenticates against a directory. A password is derived once for each stored password it is tried against, however
 * many requests carry it; after that a request costs one HMAC and two look-ups, and one reading of the user a second.
 */
export class DirectoryAuthenticator implements Authenticator {
  readonly #passwords: PasswordChecker;
  readonly #gate: DerivationGate;
  readonly #users: FreshUsers;
  readonly #credentialKey = new CredentialKey();
  /** The encoded password that credentials were verified against, by their key. Only right ones get in. */
  readonly #verified: BoundedMap<string, string>;
  readonly #checks = new SingleFlight<string, string | undefined>();
  #derivations = 0;

  constructor({ directory, passwords, gate, now, capacity = 10_000 }: DirectoryAuthenticatorOptions) {
    this.#passwords = passwords;
    this.#gate = gate;
    this.#users = new FreshUsers({ directory, now, capacity });
    this.#verified = new BoundedMap(capacity);
  }

  /** Passwords derived so far, right or wrong. */
  get derivations(): number {
    return this.#derivations;
  }

  async authenticate(credentials: Credentials): Promise<Identity | undefined> {
    const { password } = credentials;
    const username = normalizeUsername(credentials.username);
    if (username === undefined || Buffer.byteLength(password) > maximumPasswordBytes) return undefined;
    const key = this.#credentialKey.of(username, password);
    const known = this.#verified.get(key);
    if (known !== undefined) {
      const user = this.#users.peek(username) ?? (await this.#users.get(username));
      if (isHolder(user, known)) return user.identity;
    }
    const verified = await this.#checks.run(key, () =>
      this.#gate.run(() => this.#check(key, username, password)),
    );
    if (verified === undefined) return undefined;
    // The derivation may have taken longer than its reading of the user stays good.
    const user = await this.#users.get(username);
    return isHolder(user, verified) ? user.identity : undefined;
  }

  /**
   * Derives once. The user is read anew for it, so that a new password is good at once, and only behind the gate, so
   * that guesses cannot flood the database.
   * @returns the encoded password that `password` gives, if it is an active user's
   */
  async #check(key: string, username: string, password: string): Promise<string | undefined> {
    const user = await this.#users.reread(username);
    const encoded = user?.isActive === true ? user.encodedPassword : undefined;
    this.#derivations += 1;
    const right = await this.#passwords.check(password, encoded);
    if (!right || encoded === undefined) return undefined;
    this.#verified.set(key, encoded);
    return encoded;
  }
}

function isHolder(user: FreshUser | undefined, encodedPassword: string): user is FreshUser {
  return user?.isActive === true && user.encodedPassword === encodedPassword;
}
