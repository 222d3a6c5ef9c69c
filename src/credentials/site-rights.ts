import { LRUCache } from 'lru-cache';
import type { Identity } from '../access/identity.js';
import { SingleFlight } from '../async/single-flight.js';
import type { UsersById } from '../django/directory.js';
import type { SitePermissions } from '../django/sign-in/site-sign-in.js';
import type { Authenticator, Credentials, LoginAttempt } from './authenticator.js';
import type { SessionLogins } from './session-authenticator.js';

export interface SiteRightsOptions {
  readonly site: SitePermissions;
  readonly directory: UsersById;
  /** How long, in seconds, the site's answer about a user holds. */
  readonly seconds: number;
  /** Milliseconds on a clock that never goes back, such as `performance.now()`. */
  readonly now: () => number;
  /** The most users that are remembered. Default 10,000. */
  readonly capacity?: number;
}

interface Answer {
  readonly permissions: ReadonlySet<string>;
  /** What the tables said of the user then. */
  readonly row: string;
  /** When the site was asked. */
  readonly asked: number;
}

interface Made {
  readonly identity: Identity;
  readonly asked: number;
}

/**
 * Identities with the permissions that the site's own code gives them. An answer holds for a declared time, but no longer
 * than what the tables say of the user: a change of flags, groups or permissions there has the site asked again.
 */
export class SiteRights {
  readonly #site: SitePermissions;
  readonly #directory: UsersById;
  readonly #lifetime: number;
  readonly #now: () => number;
  readonly #answers: LRUCache<string, Answer>;
  readonly #flights = new SingleFlight<string, Answer>();
  /** One identity answers all the requests of a second. */
  readonly #made = new WeakMap<Identity, Made>();

  constructor({ site, directory, seconds, now, capacity = 10_000 }: SiteRightsOptions) {
    this.#site = site;
    this.#directory = directory;
    this.#lifetime = seconds * 1000;
    this.#now = now;
    this.#answers = new LRUCache({ max: capacity });
  }

  /** The identity with the site's permissions where they are known. */
  peek(identity: Identity): Identity | undefined {
    const made = this.#made.get(identity);
    if (made && this.#holds(made)) return made.identity;
    const answer = this.#answers.get(identity.id);
    return answer && this.#holds(answer) && answer.row === rowOf(identity)
      ? this.#make(identity, answer)
      : undefined;
  }

  /** The same, from the site where it must be asked. @throws Failure `unavailable` when it does not answer */
  async of(identity: Identity): Promise<Identity> {
    const known = this.peek(identity);
    if (known) return known;
    const row = rowOf(identity);
    const answer = await this.#flights.run(`${identity.id} ${row}`, () => this.#ask(identity, row));
    return this.#make(identity, answer);
  }

  async #ask(identity: Identity, row: string): Promise<Answer> {
    const asked = this.#now();
    const user = await this.#directory.findById(identity.id);
    const permissions: ReadonlySet<string> = user ? await this.#site.permissionsOf(user) : new Set();
    const answer = { permissions, row, asked };
    this.#answers.set(identity.id, answer);
    return answer;
  }

  #make(row: Identity, { permissions, asked }: Answer): Identity {
    const identity = { ...row, permissions, permissionsBySite: true } as const;
    this.#made.set(row, { identity, asked });
    return identity;
  }

  #holds({ asked }: { readonly asked: number }): boolean {
    const age = this.#now() - asked;
    return age >= 0 && age < this.#lifetime;
  }
}

function rowOf({ username, isStaff, isSuperuser, groups, permissions }: Identity): string {
  return JSON.stringify([username, isStaff, isSuperuser, [...groups].sort(), [...permissions].sort()]);
}

/** Gives those whom another authenticator lets in the permissions that the site says. */
export class RightsAuthenticator implements Authenticator {
  readonly #authenticator: Authenticator;
  readonly #rights: SiteRights;

  constructor(authenticator: Authenticator, rights: SiteRights) {
    this.#authenticator = authenticator;
    this.#rights = rights;
  }

  recall(credentials: Credentials, place: string): Identity | undefined {
    const identity = this.#authenticator.recall(credentials, place);
    return identity && this.#rights.peek(identity);
  }

  async authenticate(credentials: Credentials, attempt?: LoginAttempt): Promise<Identity | undefined> {
    const identity = await this.#authenticator.authenticate(credentials, attempt);
    return identity && this.#rights.of(identity);
  }
}

/** Gives those who are logged in at the site the permissions that the site says. */
export class RightsSessions implements SessionLogins {
  readonly #sessions: SessionLogins;
  readonly #rights: SiteRights;

  constructor(sessions: SessionLogins, rights: SiteRights) {
    this.#sessions = sessions;
    this.#rights = rights;
  }

  async authenticate(cookieValue: string): Promise<Identity | undefined> {
    const identity = await this.#sessions.authenticate(cookieValue);
    return identity && this.#rights.of(identity);
  }
}
