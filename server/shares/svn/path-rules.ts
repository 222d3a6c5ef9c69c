import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FreshValues } from '../../../src/async/fresh-values.js';
import { Failure } from '../../../src/failure.js';
import { askedBy, canBeMember, completeAuthz } from '../../../src/svn/authz/authz-groups.js';
import type { Memberships } from '../../../src/access/identity.js';
import type { Log } from '../../observability/log.js';

export interface PathRulesOptions {
  readonly memberships: Memberships;
  readonly log: Log;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** The administrator's authz file; absolute. */
  readonly file: string;
  /** The path of the share. */
  readonly share: string;
  /** Writes the authz file, with its groups, for Apache. After this, no request may be judged by the old file. */
  readonly publish: (text: string) => Promise<void>;
}

/** Path rules of which Apache uses the newest when a request is forwarded. */
export interface ReadyRules {
  /** Groups that neither the file nor Django defined when {@link ready} last resolved. */
  readonly unknownGroups: readonly string[];
  /** As {@link PathRules.ready}. */
  ready(username: string | undefined): Promise<void>;
}

/** The path rules of an svn share, which Apache's mod_authz_svn enforces. */
export class PathRules implements ReadyRules {
  readonly #options: PathRulesOptions;
  readonly #fresh: FreshValues<true>;
  #readings = 0;
  #newest = 0;
  #published: string | undefined;
  #publishing: Promise<void> = Promise.resolve();
  /** The state of the file when it was last read. */
  #stamp: string | undefined;
  #rereading: { readonly stamp: string; readonly done: Promise<unknown> } | undefined;
  readonly #warned = new Map<string, string>();
  #unknown: readonly string[] = [];

  constructor(options: PathRulesOptions) {
    this.#options = options;
    this.#fresh = new FreshValues({ now: options.now, capacity: 1 });
  }

  /**
   * Groups that neither the file nor Django defined at the last reading. If there are any, Apache refuses all users.
   */
  get unknownGroups(): readonly string[] {
    return this.#unknown;
  }

  /**
   * Resolves when Apache uses the current rules, and groups that are at most one second old.
   * @param username undefined for somebody who has not signed in
   * @throws Failure `unavailable` if Django's database or the file cannot be read; `forbidden` for a user name that a
   *   group cannot contain
   */
  async ready(username: string | undefined): Promise<void> {
    if (username !== undefined && !canBeMember(username)) {
      throw new Failure(
        'forbidden',
        'Path rules cannot express this user name: it begins with a special character, or contains a comma.',
      );
    }
    const stamp = stampOf(this.#options.file);
    if (stamp === this.#stamp) await this.#fresh.get('', () => this.#refresh());
    else await this.#reread(stamp);
  }

  /** Reads a changed file at once: its author expects the change to apply to every later request. */
  async #reread(stamp: string): Promise<void> {
    if (this.#rereading?.stamp !== stamp) {
      const done = this.#fresh.reread('', () => this.#refresh());
      this.#rereading = { stamp, done };
    }
    const rereading = this.#rereading;
    try {
      await rereading.done;
    } finally {
      if (this.#rereading === rereading) this.#rereading = undefined;
    }
  }

  async #refresh(): Promise<true> {
    this.#readings += 1;
    const reading = this.#readings;
    const stamp = stampOf(this.#options.file);
    const text = await readPathRules(this.#options.file);
    const members = await this.#options.memberships.members(askedBy(text));
    const { text: complete, excluded, unknown } = completeAuthz(text, members);
    this.#warn('path rules cannot express these user names: access refused to these users', excluded);
    this.#warn('path rules name undefined groups: Apache refuses all users', unknown);
    const publishing = this.#publishing.then(() => this.#publish(reading, complete));
    this.#publishing = publishing.catch(() => undefined);
    await publishing;
    this.#unknown = unknown;
    this.#stamp = stamp;
    return true;
  }

  /** An earlier reading never replaces a later one. */
  async #publish(reading: number, text: string): Promise<void> {
    if (reading < this.#newest) return;
    this.#newest = reading;
    if (text === this.#published) return;
    this.#published = undefined;
    await this.#options.publish(text);
    this.#published = text;
  }

  /** Logs a warning once per change. */
  #warn(warning: string, names: readonly string[]): void {
    const listed = names.join(' ');
    if (listed === (this.#warned.get(warning) ?? '')) return;
    this.#warned.set(warning, listed);
    if (listed !== '') this.#options.log.warn({ share: this.#options.share, names: listed }, warning);
  }
}

/** The text of an authz file. @throws Failure `unavailable` */
export async function readPathRules(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('unavailable', 'The path rules of this share cannot be read.', { cause });
  }
}

/** Identifies the state of a file, with one system call per request. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}` : '';
}
