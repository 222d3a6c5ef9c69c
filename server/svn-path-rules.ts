import { readFile } from 'node:fs/promises';
import type { Memberships } from '../src/access/memberships.js';
import { FreshValues } from '../src/credentials/fresh-values.js';
import { Failure } from '../src/failure.js';
import { askedBy, canBeMember, completeAuthz } from '../src/svn/authz-groups.js';
import type { Log } from './log.js';

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
  #leftOut = '';

  constructor(options: PathRulesOptions) {
    this.#options = options;
    this.#fresh = new FreshValues({ now: options.now, capacity: 1 });
  }

  /**
   * Resolves when Apache judges by the rules and the groups as of at most a second ago.
   * @throws Failure `unavailable` when Django's database or the file cannot be read; `forbidden` for a user name that
   *   no group could hold
   */
  async ready(username: string): Promise<void> {
    if (!canBeMember(username)) {
      throw new Failure(
        'forbidden',
        'Path rules cannot tell this user name: it begins with a sign, or has a comma in it.',
      );
    }
    await this.#fresh.get('', () => this.#refresh());
  }

  async #refresh(): Promise<true> {
    this.#readings += 1;
    const reading = this.#readings;
    const text = await this.#read();
    const { text: complete, leftOut } = completeAuthz(
      text,
      await this.#options.memberships.members(askedBy(text)),
    );
    this.#warn(leftOut.join(' '));
    const publishing = this.#publishing.then(() => this.#publish(reading, complete));
    this.#publishing = publishing.catch(() => undefined);
    await publishing;
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

  #warn(leftOut: string): void {
    if (leftOut === this.#leftOut) return;
    this.#leftOut = leftOut;
    if (leftOut === '') return;
    this.#options.log.warn(
      { share: this.#options.share, users: leftOut },
      'path rules cannot hold these user names, so these users are kept out of the share',
    );
  }
}
