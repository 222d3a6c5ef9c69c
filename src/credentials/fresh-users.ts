import type { Identity } from '../access/identity.js';
import type { DirectoryUser, UserDirectory } from '../django/directory.js';
import { FreshValues } from '../async/fresh-values.js';
import { findUser, type Username } from './username.js';

interface FreshUsersOptions {
  readonly directory: UserDirectory;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** The most users to remember. */
  readonly capacity: number;
}

/** A user's row; the encoded password is separate from what callers get. */
export interface FreshUser {
  readonly identity: Identity;
  readonly isActive: boolean;
  readonly encodedPassword: string;
}

/** Users as of at most a second ago. Names without a user are not remembered, because guesses would displace users. */
export class FreshUsers {
  readonly #directory: UserDirectory;
  readonly #users: FreshValues<FreshUser>;

  constructor({ directory, now, capacity }: FreshUsersOptions) {
    this.#directory = directory;
    this.#users = new FreshValues({ now, capacity });
  }

  /** The user, if known without reading. */
  peek(username: Username): FreshUser | undefined {
    return this.#users.peek(keyOf(username));
  }

  /**
   * The user, read once for all who ask within a second.
   * @throws Failure `unavailable`
   */
  async get(username: Username): Promise<FreshUser | undefined> {
    return this.#users.get(keyOf(username), () => this.#read(username));
  }

  /**
   * The user as read now, whatever is known.
   * @throws Failure `unavailable`
   */
  async reread(username: Username): Promise<FreshUser | undefined> {
    return this.#users.reread(keyOf(username), () => this.#read(username));
  }

  async #read(username: Username): Promise<FreshUser | undefined> {
    const row = await findUser(this.#directory, username);
    return row && freshUser(row);
  }
}

export function freshUser({ isActive, encodedPassword, ...identity }: DirectoryUser): FreshUser {
  return { identity, isActive, encodedPassword };
}

/** The name as the client sent it: two spellings with the same NFKC form may be two users. */
function keyOf({ spellings }: Username): string {
  return spellings[0];
}
