import type { LoginAttempt } from '../../src/credentials/authenticator.js';
import { MemoryFailureCounter } from '../../src/credentials/memory-failure-counter.js';
import { SiteAuthenticator } from '../../src/credentials/site-authenticator.js';
import { Throttle } from '../../src/credentials/throttle.js';
import type { DirectoryUser, UsersById } from '../../src/django/directory.js';
import { AskedInVain, type SignedIn, type SiteSignIn } from '../../src/django/sign-in/site-sign-in.js';
import { Failure } from '../../src/failure.js';
import { MemoryDirectory } from './memory-directory.js';

/** A user whom a site has signed in that reads the same row. */
export function signedIn(user: DirectoryUser): SignedIn {
  const { id, username, encodedPassword } = user;
  return { id, username, hasRow: (encoded) => encoded === encodedPassword };
}

/** A site that takes any spelling of a name, asked about passwords that a directory elsewhere keeps. */
class Site implements SiteSignIn {
  readonly passwords = new Map([['alice', 'alice-demo']]);
  readonly asked: string[] = [];
  /** Fails where it is asked, or before. */
  gone: 'asked' | 'unasked' | undefined;
  delay: Promise<void> | undefined;

  constructor(readonly directory: MemoryDirectory) {}

  async signIn(username: string, password: string): Promise<SignedIn | undefined> {
    this.asked.push(username);
    await this.delay;
    if (this.gone === 'unasked') throw new Failure('unavailable', 'The site cannot answer just now.');
    if (this.gone === 'asked') throw new AskedInVain();
    const name = username.toLowerCase();
    const user = this.directory.users.get(name);
    return user && this.passwords.get(name) === password ? signedIn(user) : undefined;
  }
}

/** An authenticator that asks such a site, with everything around it in the test's hands; alice is its user. */
export function setting({ failures = 5, capacity = 10_000 } = {}) {
  const directory = new MemoryDirectory();
  directory.put('alice', { encodedPassword: '!unusable' });
  const site = new Site(directory);
  const clock = { now: 1_000_000 };
  const found: string[] = [];
  const noted: string[] = [];
  const byId: UsersById = {
    findById: (id) => {
      found.push(id);
      const user = [...directory.users.values()].find((each) => each.id === id);
      return directory.gone
        ? Promise.reject(new Failure('unavailable', 'The user database cannot answer.'))
        : Promise.resolve(user);
    },
  };
  const authenticator = new SiteAuthenticator({
    site,
    directory: byId,
    seconds: 60,
    capacity,
    now: () => clock.now,
    noted: (trouble) => noted.push(trouble),
  });
  const throttle = new Throttle({
    counter: new MemoryFailureCounter(),
    limits: { user: { failures, seconds: 60 }, address: { failures: 100, seconds: 300 } },
  });
  const login = (username: string, password: string, attempt: LoginAttempt = throttle.attempt('10.0.0.1')) =>
    authenticator.authenticate({ username, password }, attempt);
  return { directory, site, clock, found, noted, authenticator, throttle, login };
}
