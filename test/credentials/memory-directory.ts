import type { DirectoryUser, UserDirectory } from '../../src/django/directory.js';
import { Failure } from '../../src/failure.js';

/** A directory whose users a test changes, that counts its readings and fails or waits when told to. */
export class MemoryDirectory implements UserDirectory {
  readonly users = new Map<string, DirectoryUser>();
  finds = 0;
  gone = false;
  /** What every reading waits for after it has seen the row. */
  delay: Promise<void> | undefined;

  /** Adds or changes a user; a new one is active and has the password in plain text as its encoding. */
  put(username: string, changes: Partial<DirectoryUser> = {}): void {
    const old = this.users.get(username) ?? {
      id: String(this.users.size + 1),
      username,
      isActive: true,
      isStaff: false,
      isSuperuser: false,
      groups: new Set<string>(),
      permissions: new Set<string>(),
      encodedPassword: `plain$${username}-demo`,
    };
    this.users.set(username, { ...old, ...changes });
  }

  async find(username: string): Promise<DirectoryUser | undefined> {
    this.finds += 1;
    if (this.gone) throw new Failure('unavailable', 'The user database cannot answer.');
    const user = this.users.get(username);
    await this.delay;
    return user;
  }
}
