import type { Identity } from '../access/identity.js';
import type { UserDirectory } from '../django/directory.js';
import type { PasswordChecker } from '../django/hashers/hasher.js';
import type { Authenticator, Credentials, LoginAttempt } from './authenticator.js';
import type { DerivationGate } from './derivation-gate.js';
import { FreshUsers, type FreshUser } from './fresh-users.js';
import { SingleFlight } from '../async/single-flight.js';
import { maximumPasswordBytes, parseUsername, type Username } from './username.js';
import { VerifiedCredentials } from './verified-credentials.js';

interface DirectoryAuthenticatorOptions {
  readonly directory: UserDirectory;
  readonly passwords: PasswordChecker;
  readonly gate: DerivationGate;
  /** Milliseconds on a clock that never goes back, such as `performance.now()`. */
  readonly now: () => number;
  /** The most users to remember. Default: 10,000. */
  readonly capacity?: number;
  /**
   * Called for each wrong password, after all the work of checking it.
   * @param encodedPassword the encoded password that it was compared with; undefined if there is no active user of
   *   that name
   */
  readonly refused?: (username: string, encodedPassword: string | undefined) => void;
  /** Passwords that are already verified, with the hashers that `passwords` accepts. Default: none. */
  readonly verified?: VerifiedCredentials;
}

/** Credentials in the form in which they are looked up. */
interface Named {
  readonly username: Username;
  readonly key: string;
}

/**
 * Authenticates against a directory. A password is derived once for each stored password that it is compared with,
 * however many requests send it; after that a request costs one HMAC and two look-ups, and one read of the user per
 * second.
 *
 * Verified credentials bypass the count of attempts only in places where they have been used. If they bypassed it
 * everywhere, a place that has no attempts left could go on guessing what is remembered, at no cost.
 */
export class DirectoryAuthenticator implements Authenticator {
  readonly #passwords: PasswordChecker;
  readonly #gate: DerivationGate;
  readonly #users: FreshUsers;
  readonly #verified: VerifiedCredentials;
  readonly #refused: (username: string, encodedPassword: string | undefined) => void;
  readonly #checks = new SingleFlight<string, string | undefined>();
  /**
   * The parsed form of credentials that are sent again and again: each request on a connection carries the same ones.
   */
  readonly #named = new WeakMap<Credentials, Named>();
  #derivations = 0;

  constructor(options: DirectoryAuthenticatorOptions) {
    const { directory, passwords, gate, now, capacity = 10_000 } = options;
    this.#passwords = passwords;
    this.#gate = gate;
    this.#users = new FreshUsers({ directory, now, capacity });
    this.#refused = options.refused ?? (() => undefined);
    this.#verified = options.verified ?? new VerifiedCredentials(capacity);
  }

  /** Passwords derived so far, right or wrong. */
  get derivations(): number {
    return this.#derivations;
  }

  recall(credentials: Credentials, place: string): Identity | undefined {
    const named = this.#name(credentials);
    if (!named) return undefined;
    const encoded = this.#verified.encodedOf(named.key, place);
    if (encoded === undefined) return undefined;
    const user = this.#users.peek(named.username);
    return isHolder(user, encoded) ? user.identity : undefined;
  }

  async authenticate(credentials: Credentials, attempt?: LoginAttempt): Promise<Identity | undefined> {
    const { password } = credentials;
    const named = this.#name(credentials);
    if (!named) return undefined;
    const { username, key } = named;
    const known = await this.#recall(key, username, attempt?.place);
    if (known) return known;
    // All spellings of a user's name count together: another spelling must not give another attempt.
    await attempt?.admit(username.normalized);
    const check = (): Promise<string | undefined> => this.#check(key, username, password, attempt?.place);
    // The attempts of one place must not be refused because those of another place are.
    const verified = await this.#checks.run(`${attempt?.place ?? ''} ${key}`, () =>
      this.#gate.run(() => (attempt ? attempt.count(username.normalized, check) : check())),
    );
    if (verified === undefined) return undefined;
    // The derivation may have taken longer than a reading of the user is valid.
    const user = await this.#users.get(username);
    return isHolder(user, verified) ? user.identity : undefined;
  }

  /** The user name in the form to look up, and the credentials' key; undefined if they cannot belong to anybody. */
  #name(credentials: Credentials): Named | undefined {
    const known = this.#named.get(credentials);
    if (known) return known;
    const { username: raw, password } = credentials;
    const username = parseUsername(raw);
    if (username === undefined || Buffer.byteLength(password) > maximumPasswordBytes) return undefined;
    const named = { username, key: this.#verified.keyOf(username.spellings[0], password) };
    this.#named.set(credentials, named);
    return named;
  }

  /** The user with credentials that were verified before and, if a place is given, were used there. */
  async #recall(key: string, username: Username, place: string | undefined): Promise<Identity | undefined> {
    const own = this.#verified.encodedOf(key, place);
    const encoded = own ?? (place === undefined ? undefined : await this.#verified.elsewhere(key, place));
    if (encoded === undefined) return undefined;
    const user = this.#users.peek(username) ?? (await this.#users.get(username));
    if (!isHolder(user, encoded)) return undefined;
    if (own === undefined) this.#remember(key, encoded, place);
    return user.identity;
  }

  /**
   * Derives once, unless the credentials were verified in another place or for another spelling of the name. Rereads
   * the user first, so that a new password works at once, but only behind the gate, so that guesses cannot flood the
   * database.
   * @returns the encoded password that `password` matches, if it belongs to an active user
   */
  async #check(
    key: string,
    username: Username,
    password: string,
    place: string | undefined,
  ): Promise<string | undefined> {
    const known = place === undefined ? undefined : this.#verified.encodedOf(key);
    if (known !== undefined && isHolder(await this.#users.get(username), known)) {
      return this.#remember(key, known, place);
    }
    const user = await this.#users.reread(username);
    const encoded = user?.isActive === true ? user.encodedPassword : undefined;
    const own = this.#verified.keyOf(user?.identity.username ?? username.normalized, password);
    if (encoded !== undefined && own !== key && this.#verified.encodedOf(own) === encoded) {
      return this.#remember(key, encoded, place);
    }
    this.#derivations += 1;
    const right = await this.#passwords.check(password, encoded);
    if (!right || encoded === undefined) {
      this.#refused(user?.identity.username ?? username.normalized, encoded);
      return undefined;
    }
    if (own !== key) this.#remember(own, encoded, undefined);
    return this.#remember(key, encoded, place);
  }

  #remember(key: string, encoded: string, place: string | undefined): string {
    this.#verified.remember(key, encoded, place);
    return encoded;
  }
}

function isHolder(user: FreshUser | undefined, encodedPassword: string): user is FreshUser {
  return user?.isActive === true && user.encodedPassword === encodedPassword;
}
