import { DerivationGate } from '../../src/credentials/derivation-gate.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import type { PasswordChecker } from '../../src/django/hashers/hasher.js';
import { MemoryDirectory } from './memory-directory.js';

/** Checks `plain$password`, and can be made to wait or to do something in the middle. */
class PlainPasswords implements PasswordChecker {
  checked = 0;
  during: (() => Promise<void> | void) | undefined;

  async check(password: string, encoded: string | undefined): Promise<boolean> {
    this.checked += 1;
    await this.during?.();
    return encoded === `plain$${password}`;
  }
}

/** An authenticator with everything around it in the test's hands; alice and bob are its users. */
export function setting(options: { capacity?: number; atOnce?: number; waiting?: number } = {}) {
  const { atOnce = 2, waiting = 256, capacity = 100 } = options;
  const directory = new MemoryDirectory();
  directory.put('alice');
  directory.put('bob');
  const passwords = new PlainPasswords();
  const clock = { now: 5000 };
  const gate = new DerivationGate({ atOnce, waiting });
  const authenticator = new DirectoryAuthenticator({
    directory,
    passwords,
    gate,
    now: () => clock.now,
    capacity,
  });
  const signIn = (username: string, password = `${username}-demo`) =>
    authenticator.authenticate({ username, password });
  return { directory, passwords, clock, gate, authenticator, signIn };
}

/** A promise and what settles it. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Lets everything that waits for nothing outside run. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
