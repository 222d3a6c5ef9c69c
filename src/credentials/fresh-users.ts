import type { Identity } from '../access/identity.js';
import type { DirectoryUser, UserDirectory } from '../django/directory.js';
import { BoundedMap } from './bounded-map.js';

export interface FreshUsersOptions {
  readonly directory: UserDirectory;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** The most users remembered. */
  readonly capacity: number;
}

/** How old, in milliseconds, a row may be: it is read again once it reaches this. */
const lifetime = 1000;

/** A user's row, the password's encoding apart from what is handed out. */
export interface FreshUser {
  readonly identity: Identity;
  readonly isActive: boolean;
  readonly encodedPassword: string;
}

interface Read {
  /** Reads are numbered as they start, since several may start within one tick of the clock. */
  readonly number: number;
  readonly started: number;
}

interface Snapshot extends Read {
  readonly user: FreshUser;
}

interface Flight extends Read {
  readonly user: Promise<FreshUser | undefined>;
}

/** Users as of at most a second ago. A row's age counts from when its reading began. */
export class FreshUsers {
  readonly #directory: UserDirectory;
  readonly #now: () => number;
  readonly #snapshots: BoundedMap<string, Snapshot>;
  readonly #flights = new Map<string, Flight>();
  #reads = 0;

  constructor({ directory, now, capacity }: FreshUsersOptions) {
    this.#directory = directory;
    this.#now = now;
    this.#snapshots = new BoundedMap(capacity);
  }

  /** The user where that is known without reading. */
  peek(username: string): FreshUser | undefined {
    const snapshot = this.#snapshots.get(username);
    return snapshot && this.#isFresh(snapshot) ? snapshot.user : undefined;
  }

  /**
   * The user, read once for all who ask within a second.
   * @throws Failure `unavailable`
   */
  async get(username: string): Promise<FreshUser | undefined> {
    const known = this.peek(username);
    if (known) return known;
    const underWay = this.#flights.get(username);
    // A slow database must not answer with what was true long before the question.
    if (underWay && this.#isFresh(underWay)) return underWay.user;
    const read = this.#begin();
    const flight = { ...read, user: this.#read(username, read) };
    this.#flights.set(username, flight);
    try {
      return await flight.user;
    } finally {
      if (this.#flights.get(username) === flight) this.#flights.delete(username);
    }
  }

  /**
   * The user as of now, whatever is known.
   * @throws Failure `unavailable`
   */
  async reread(username: string): Promise<FreshUser | undefined> {
    return this.#read(username, this.#begin());
  }

  #begin(): Read {
    this.#reads += 1;
    return { number: this.#reads, started: this.#now() };
  }

  async #read(username: string, read: Read): Promise<FreshUser | undefined> {
    const row = await this.#directory.find(username);
    const user = row && split(row);
    const newer = (this.#snapshots.get(username)?.number ?? 0) > read.number;
    if (newer) return user;
    // Names that nobody has are not remembered: guesses would drive out users.
    if (user) this.#snapshots.set(username, { ...read, user });
    else this.#snapshots.delete(username);
    return user;
  }

  #isFresh({ started }: Read): boolean {
    const age = this.#now() - started;
    return age >= 0 && age < lifetime;
  }
}

function split({ isActive, encodedPassword, ...identity }: DirectoryUser): FreshUser {
  return { identity, isActive, encodedPassword };
}
