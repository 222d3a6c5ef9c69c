import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Memberships } from '../../../src/access/memberships.js';
import { FreshValues } from '../../../src/async/fresh-values.js';
import { Failure } from '../../../src/failure.js';
import { askedBy, canBeMember, completeAuthz } from '../../../src/svn/authz/authz-groups.js';
import type { Log } from '../../observability/log.js';

export interface PathRulesOptions {
  /** The administrator's authz file; absolute. */
  readonly file: string;
  /** The path of the share, for the log. */
  readonly share: string;
  readonly memberships: Memberships;
  /** Puts the authz file with its groups where Apache reads it; from then on no request may be judged by the old one. */
  readonly publish: (text: string) => Promise<void>;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** The path rules of an svn share, as Apache's mod_authz_svn keeps them. */
export class PathRules {
  readonly #options: PathRulesOptions;
  readonly #fresh: FreshValues<true>;
  #readings = 0;
  #newest = 0;
  #published: string | undefined;
  #publishing: Promise<void> = Promise.resolve();
  /** Of the file as it was read last. */
  #stamp: string | undefined;
  #rereading: { readonly stamp: string; readonly done: Promise<unknown> } | undefined;
  readonly #warned = new Map<string, string>();
  #unknown: readonly string[] = [];

  constructor(options: PathRulesOptions) {
    this.#options = options;
    this.#fresh = new FreshValues({ now: options.now, capacity: 1 });
  }

  /** Groups that neither the file nor Django has, as of the last reading: while there are some, Apache lets nobody in. */
  get unknownGroups(): readonly string[] {
    return this.#unknown;
  }

  /**
   * Resolves when Apache judges by the rules as they are now, and by the groups as of at most a second ago.
   * @param username undefined for somebody who has not signed in
   * @throws Failure `unavailable` when Django's database or the file cannot be read; `forbidden` for a user name that
   *   no group could hold
   */
  async ready(username: string | undefined): Promise<void> {
    if (username !== undefined && !canBeMember(username)) {
      throw new Failure(
        'forbidden',
        'Path rules cannot tell this user name: it begins with a sign, or has a comma in it.',
      );
    }
    const stamp = stampOf(this.#options.file);
    if (stamp === this.#stamp) await this.#fresh.get('', () => this.#refresh());
    else await this.#reread(stamp);
  }

  /** The file has been changed: who does that expects it to be in force for whatever is asked from then on. */
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
    const text = await this.#read();
    const members = await this.#options.memberships.members(askedBy(text));
    const { text: complete, excluded, unknown } = completeAuthz(text, members);
    this.#warn('path rules cannot hold these user names, so these users are kept out of the share', excluded);
    this.#warn('path rules name groups that neither they nor Django have: Apache lets nobody in', unknown);
    const publishing = this.#publishing.then(() => this.#publish(reading, complete));
    this.#publishing = publishing.catch(() => undefined);
    await publishing;
    this.#unknown = unknown;
    this.#stamp = stamp;
    return true;
  }

  /** What was read earlier never replaces what was read later. */
  async #publish(reading: number, text: string): Promise<void> {
    if (reading < this.#newest) return;
    this.#newest = reading;
    if (text === this.#published) return;
    this.#published = undefined;
    await this.#options.publish(text);
    this.#published = text;
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.#options.file, 'utf8');
    } catch (cause) {
      throw new Failure('unavailable', 'The path rules of this share cannot be read.', { cause });
    }
  }

  /** Once for each change. */
  #warn(warning: string, names: readonly string[]): void {
    const listed = names.join(' ');
    if (listed === (this.#warned.get(warning) ?? '')) return;
    this.#warned.set(warning, listed);
    if (listed !== '') this.#options.log.warn({ share: this.#options.share, names: listed }, warning);
  }
}

/** Tells one state of a file from another, at the price of one call for each request. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}` : '';
}
