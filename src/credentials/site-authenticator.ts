import type { Identity } from '../access/identity.js';
import { FreshValues } from '../async/fresh-values.js';
import { SingleFlight } from '../async/single-flight.js';
import type { UsersById } from '../django/directory.js';
import { otherRow } from '../django/sign-in/row-proof.js';
import { AskedInVain, type SiteSignIn } from '../django/sign-in/site-sign-in.js';
import type { Authenticator, Credentials, LoginAttempt } from './authenticator.js';
import { freshUser, type FreshUser } from './fresh-users.js';
import { RememberedSignIns, type SignIn } from './remembered-sign-ins.js';
import { maximumPasswordBytes, parseUsername } from './username.js';

export interface SiteAuthenticatorOptions {
  readonly site: SiteSignIn;
  readonly directory: UsersById;
  /** How long, in seconds, the site's answer holds. */
  readonly seconds: number;
  /** Milliseconds on a clock that never goes back, such as `performance.now()`. */
  readonly now: () => number;
  /** Is told that the site means another row; never a name or a password. */
  readonly noted: (trouble: string) => void;
  /** The most users that are remembered. Default 10,000. */
  readonly capacity?: number;
}

/** Credentials as the site is asked about them. */
interface Named {
  readonly username: string;
  readonly password: string;
  /** One for all spellings that a site may take for one user: another spelling must not be another try. */
  readonly counted: string;
  readonly key: string;
}

/** A primary key that no user has: who is refused costs a reading of the users, too. */
const nobody = '0';

/**
 * Has the site's own code tell who somebody is, and reads their row for what they are. An answer holds for a declared
 * time, as long as the password in the row stays the same; then the site is asked again, once however many requests wait.
 *
 * Credentials that were right before, in the same place, are asked about again uncounted: nobody guesses by them, and
 * whoever else does so from there must not shut their owner out.
 */
export class SiteAuthenticator implements Authenticator {
  readonly #site: SiteSignIn;
  readonly #directory: UsersById;
  readonly #lifetime: number;
  readonly #now: () => number;
  readonly #noted: (trouble: string) => void;
  readonly #users: FreshValues<FreshUser>;
  readonly #signIns: RememberedSignIns;
  readonly #checks = new SingleFlight<string, SignIn | undefined>();
  /** What was made of credentials that come again and again: a connection carries the same with each request. */
  readonly #named = new WeakMap<Credentials, Named>();

  constructor({ site, directory, seconds, now, noted, capacity = 10_000 }: SiteAuthenticatorOptions) {
    this.#site = site;
    this.#directory = directory;
    this.#lifetime = seconds * 1000;
    this.#now = now;
    this.#noted = noted;
    this.#users = new FreshValues({ now, capacity });
    this.#signIns = new RememberedSignIns(capacity);
  }

  recall(credentials: Credentials, place: string): Identity | undefined {
    const named = this.#name(credentials);
    const known = named && this.#signIns.get(named.key, place);
    if (!known || !this.#holds(known)) return undefined;
    const user = this.#users.peek(known.id);
    return isHolder(user, known) ? user.identity : undefined;
  }

  async authenticate(credentials: Credentials, attempt?: LoginAttempt): Promise<Identity | undefined> {
    const named = this.#name(credentials);
    if (!named) return undefined;
    const { key, counted } = named;
    const place = attempt?.place;
    const known = this.#signIns.get(key, place);
    if (known && isHolder(await this.#user(known.id), known)) {
      const still = this.#holds(known)
        ? known
        : await this.#checks.run(`again ${key}`, () => this.#ask(named, attempt));
      return this.#holder(still);
    }
    await attempt?.admit(counted);
    // One place's tries must not be refused because another's are.
    const signIn = await this.#checks.run(`${place ?? ''} ${key}`, () => this.#counted(named, attempt));
    return this.#holder(signIn);
  }

  /** Undefined where the credentials can be nobody's. PostgreSQL, for one, refuses NUL as an error. */
  #name(credentials: Credentials): Named | undefined {
    const known = this.#named.get(credentials);
    if (known) return known;
    const { password } = credentials;
    const parsed = parseUsername(credentials.username);
    if (!parsed) return undefined;
    // As Django's own login form has it (UsernameField.to_python), which measures it after normalising: that may make it
    // 18 times as long.
    const { normalized: username, spellings } = parsed;
    if (!spellings.includes(username) || Buffer.byteLength(password) > maximumPasswordBytes) return undefined;
    if (username.includes('\0') || password.includes('\0')) return undefined;
    const counted = username.toLowerCase().trim();
    const named = { username, password, counted, key: this.#signIns.keyOf(username, password) };
    this.#named.set(credentials, named);
    return named;
  }

  /** A check that counts as a failed try unless the credentials are right, or the site could not be asked. */
  async #counted(named: Named, attempt: LoginAttempt | undefined): Promise<SignIn | undefined> {
    if (!attempt) return this.#check(named, attempt);
    let vain: AskedInVain | undefined;
    const signIn = await attempt.count(named.counted, async () => {
      try {
        return await this.#check(named, attempt);
      } catch (error) {
        if (!(error instanceof AskedInVain)) throw error;
        vain = error;
        return undefined;
      }
    });
    if (vain) throw vain;
    return signIn;
  }

  /** Asks the site, unless the credentials were found right in another place. */
  async #check(named: Named, attempt: LoginAttempt | undefined): Promise<SignIn | undefined> {
    const known = this.#signIns.get(named.key);
    if (known && this.#holds(known) && isHolder(await this.#user(known.id), known)) {
      this.#signIns.remember(named.key, known, attempt?.place);
      return known;
    }
    return this.#ask(named, attempt);
  }

  async #ask(
    { username, password, key }: Named,
    attempt: LoginAttempt | undefined,
  ): Promise<SignIn | undefined> {
    const asked = this.#now();
    const found = await this.#site.signIn(username, password, attempt);
    const id = found?.id ?? nobody;
    const user = await this.#users.reread(id, () => this.#read(id));
    // The site and davgate must mean the same row.
    const isSame =
      found !== undefined && user?.identity.username === found.username && found.hasRow(user.encodedPassword);
    if (found && user && !isSame) this.#noted(otherRow);
    if (user?.isActive !== true || !isSame) {
      this.#signIns.forget(key);
      return undefined;
    }
    const signIn = { id, encoded: user.encodedPassword, asked };
    this.#signIns.remember(key, signIn, attempt?.place);
    return signIn;
  }

  #holds({ asked }: SignIn): boolean {
    const age = this.#now() - asked;
    return age >= 0 && age < this.#lifetime;
  }

  async #holder(signIn: SignIn | undefined): Promise<Identity | undefined> {
    if (!signIn) return undefined;
    const user = await this.#user(signIn.id);
    return isHolder(user, signIn) ? user.identity : undefined;
  }

  #user(id: string): Promise<FreshUser | undefined> {
    return this.#users.get(id, () => this.#read(id));
  }

  async #read(id: string): Promise<FreshUser | undefined> {
    const row = await this.#directory.findById(id);
    return row && freshUser(row);
  }
}

function isHolder(user: FreshUser | undefined, { encoded }: SignIn): user is FreshUser {
  return user?.isActive === true && user.encodedPassword === encoded;
}
