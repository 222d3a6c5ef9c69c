import type { Identity } from '../access/identity.js';
import type { UserDirectory } from '../django/directory.js';
import type { PasswordChecker } from '../django/hashers/hasher.js';
import type { Authenticator, Credentials, LoginAttempt } from './authenticator.js';
import type { DerivationGate } from './derivation-gate.js';
import { FreshUsers, type FreshUser } from './fresh-users.js';
import { SingleFlight } from '../async/single-flight.js';
import { maximumPasswordBytes, parseUsername, type Username } from './username.js';
import { VerifiedCredentials } from './verified-credentials.js';

export interface DirectoryAuthenticatorOptions {
  readonly directory: UserDirectory;
  readonly passwords: PasswordChecker;
  readonly gate: DerivationGate;
  /** Milliseconds on a clock that never goes back, such as `performance.now()`. */
  readonly now: () => number;
  /** The most users that are remembered. Default 10,000. */
  readonly capacity?: number;
  /**
   * Is told of each wrong password, after all that checking it takes.
   * @param encodedPassword what it was tried against; undefined where there is no active user of that name
   */
  readonly refused?: (username: string, encodedPassword: string | undefined) => void;
  /** What is known of passwords already, by the hashers that `passwords` accepts. Default: nothing. */
  readonly verified?: VerifiedCredentials;
}

/** Credentials as they are looked up. */
interface Named {
  readonly username: Username;
  readonly key: string;
}

/**
 * Authenticates against a directory. A password is derived once for each stored password it is tried against, however
 * many requests carry it; after that a request costs one HMAC and two look-ups, and one reading of the user a second.
 *
 * Verified credentials are taken uncounted only in places they were used from. If they were taken anywhere, a place that
 * may try no more could go on guessing for what is remembered, at no cost.
 */
export class DirectoryAuthenticator implements Authenticator {
  readonly #passwords: PasswordChecker;
  readonly #gate: DerivationGate;
  readonly #users: FreshUsers;
  readonly #verified: VerifiedCredentials;
  readonly #refused: (username: string, encodedPassword: string | undefined) => void;
  readonly #checks = new SingleFlight<string, string | undefined>();
  /** What was made of credentials that come again and again: a connection carries the same with each request. */
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
    // All spellings of one user's name together: another spelling must not be another try.
    await attempt?.admit(username.normalized);
    const check = (): Promise<string | undefined> => this.#check(key, username, password, attempt?.place);
    // One place's tries must not be refused because another's are.
    const verified = await this.#checks.run(`${attempt?.place ?? ''} ${key}`, () =>
      this.#gate.run(() => (attempt ? attempt.count(username.normalized, check) : check())),
    );
    if (verified === undefined) return undefined;
    // The derivation may have taken longer than its reading of the user stays good.
    const user = await this.#users.get(username);
    return isHolder(user, verified) ? user.identity : undefined;
  }

  /** The user name as it is looked up, and the credentials' key; undefined where they can be nobody's. */
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

  /** Who holds credentials that were verified before, and used in `place` if one is given. */
  async #recall(key: string, username: Username, place: string | undefined): Promise<Identity | undefined> {
    const encoded = this.#verified.encodedOf(key, place);
    if (encoded === undefined) return undefined;
    const user = this.#users.peek(username) ?? (await this.#users.get(username));
    return isHolder(user, encoded) ? user.identity : undefined;
  }

  /**
   * Derives once, unless the credentials were verified in another place or for another spelling of the name. The user is read anew for it, so that a new
   * password is good at once, and only behind the gate, so that guesses cannot flood the database.
   * @returns the encoded password that `password` gives, if it is an active user's
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
