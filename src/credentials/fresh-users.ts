import type { Identity } from '../access/identity.js';
import type { UserDirectory } from '../django/directory.js';
import { FreshValues } from './fresh-values.js';

export interface FreshUsersOptions {
  readonly directory: UserDirectory;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** The most users remembered. */
  readonly capacity: number;
}

/** A user's row, the password's encoding apart from what is handed out. */
export interface FreshUser {
  readonly identity: Identity;
  readonly isActive: boolean;
  readonly encodedPassword: string;
}

/** Users as of at most a second ago. Names that nobody has are not remembered: guesses would drive out users. */
export class FreshUsers {
  readonly #directory: UserDirectory;
  readonly #users: FreshValues<FreshUser>;

  constructor({ directory, now, capacity }: FreshUsersOptions) {
    this.#directory = directory;
    this.#users = new FreshValues({ now, capacity });
  }

  /** The user where that is known without reading. */
  peek(username: string): FreshUser | undefined {
    return this.#users.peek(username);
  }

  /**
   * The user, read once for all who ask within a second.
   * @throws Failure `unavailable`
   */
  async get(username: string): Promise<FreshUser | undefined> {
    return this.#users.get(username, () => this.#read(username));
  }

  /**
   * The user as of now, whatever is known.
   * @throws Failure `unavailable`
   */
  async reread(username: string): Promise<FreshUser | undefined> {
    return this.#users.reread(username, () => this.#read(username));
  }

  async #read(username: string): Promise<FreshUser | undefined> {
    const row = await this.#directory.find(username);
    if (row === undefined) return undefined;
    const { isActive, encodedPassword, ...identity } = row;
    return { identity, isActive, encodedPassword };
  }
}
