import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { FairSlots } from '../../async/fair-slots.js';
import { Failure } from '../../failure.js';
import { errorSchema, permissionsSchema, userSchema, type Question } from './answers.js';
import { mostBytes } from './frames.js';
import { otherRow, provesRow, signedIn } from './row-proof.js';
import type { SiteProcess } from './site-process.js';
import { messageOf, SiteProcesses, unasked, type SiteProcessesOptions } from './site-processes.js';
import {
  AskedInVain,
  type SignedIn,
  type SignInOrigin,
  type SitePermissions,
  type SiteSignIn,
  type UserOfRow,
} from './site-sign-in.js';

export interface SitePoolOptions extends SiteProcessesOptions {
  /** The permissions that `has_perm` is asked about. */
  readonly permissions?: readonly string[];
  /** Is told why a question got no answer, and what a backend gave that is no user; never a name or a password. */
  readonly noted: (trouble: string) => void;
  /** Milliseconds for an answer; half as many more for a process to become free before. Default 10,000. */
  readonly patience?: number;
}

/** The most questions that wait, in all and from one place. */
const waiting = 256;
const waitingOfOne = 64;

/**
 * Asks processes of the site's own Python. One that does not answer, or not as it should, is ended alone; whoever waited
 * for it gets no answer.
 *
 * One place has at most half of the processes, and places take turns: slow answers to one delay nobody else. What is
 * asked about one user's permissions counts as a place of its own.
 */
export class SitePool implements SiteSignIn, SitePermissions {
  readonly #processes: SiteProcesses;
  readonly #slots: FairSlots;
  readonly #permissions: readonly string[];
  readonly #noted: (trouble: string) => void;
  readonly #patience: number;
  readonly #waitPatience: number;

  /** @throws Failure `not-implemented` where more permissions are named than a question has room for */
  constructor({ permissions = [], noted, patience = 10_000, ...options }: SitePoolOptions) {
    if (JSON.stringify(permissions).length > mostBytes / 2) {
      throw new Failure(
        'not-implemented',
        'The shares name too many permissions for the site to be asked about.',
      );
    }
    this.#permissions = permissions;
    this.#noted = noted;
    this.#patience = patience;
    this.#waitPatience = 1.5 * patience;
    this.#processes = new SiteProcesses({ ...options, noted });
    const { size } = this.#processes;
    this.#slots = new FairSlots(
      { most: size, mostOfOne: Math.ceil(size / 2), waiting, waitingOfOne, patience: this.#waitPatience },
      { busy: unasked, gone: unasked },
    );
  }

  /** The processes' ids, those of the groups that they lead. */
  get pids(): number[] {
    return this.#processes.pids;
  }

  /**
   * Resolves once the site has been loaded.
   * @throws Failure `unavailable` with the site's own complaint, for the administrator
   */
  loaded(): Promise<void> {
    return this.#processes.loaded();
  }

  async signIn(
    username: string,
    password: string,
    { place = '', address }: SignInOrigin = {},
  ): Promise<SignedIn | undefined> {
    const question = { ask: 'user', username, password, address: address ?? null } as const;
    const { user, stranger, nonce } = await this.#ask(`place ${place}`, question, userSchema);
    if (stranger !== undefined) {
      this.#noted(`authenticate() gave a ${stranger}, which is no user of AUTH_USER_MODEL.`);
    }
    if (!user) return undefined;
    const { id, username: name, proof } = user;
    return signedIn({ id, username: name }, proof === null ? undefined : { digest: proof, nonce });
  }

  async permissionsOf({ id, username, encodedPassword }: UserOfRow): Promise<ReadonlySet<string>> {
    const question = { ask: 'permissions', user: { id, username }, permissions: this.#permissions } as const;
    const { permissions, proof, nonce } = await this.#ask(`user ${id}`, question, permissionsSchema);
    if (proof === null) return new Set();
    if (!provesRow(proof, nonce, encodedPassword)) {
      this.#noted(otherRow);
      throw unasked();
    }
    return new Set(permissions);
  }

  /** Ends each process that nobody waits for; what is still asked is answered. */
  retire(): void {
    this.#processes.retire();
  }

  /** Ends all processes; what waits gets no answer. */
  close(): Promise<void> {
    return this.#processes.close();
  }

  #ask<T extends object>(owner: string, question: Question, schema: z.ZodType<T>): Promise<T> {
    const until = performance.now() + this.#waitPatience;
    return this.#slots.run(owner, undefined, async () => {
      const process = await this.#processes.take(Math.max(0, until - performance.now()));
      return this.#askProcess(process, question, schema);
    });
  }

  async #askProcess<T extends object>(
    process: SiteProcess,
    question: Question,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const nonce = randomBytes(18).toString('base64');
    let answer: T | z.infer<typeof errorSchema>;
    try {
      answer = z.union([errorSchema, schema]).parse(await process.ask(question, nonce, this.#patience));
    } catch (cause) {
      if (process.alive) void process.close();
      this.#noted(messageOf(cause));
      throw new AskedInVain(cause);
    }
    this.#processes.giveBack(process);
    if (!('error' in answer)) return answer;
    this.#noted(`The site\u2019s own code has raised ${answer.error}.`);
    throw new AskedInVain();
  }
}
