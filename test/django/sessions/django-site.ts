import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { debian } from '../djangos.js';

const script = resolve('test/django/sessions/make_sessions.py');
const original = resolve('repos-sample/django-site/db.sqlite3');

/** Overrides of the site's settings, by Django's names. */
export type Settings = Readonly<Record<string, unknown>>;

const made = z.object({ cookie: z.string() });

/** The sample site on a copy of its database, run by real Django (make_sessions.py). One action at a time. */
export class DjangoSite {
  readonly #folder = mkdtempSync(join(tmpdir(), 'davgate-sessions-'));
  readonly file = join(this.#folder, 'db.sqlite3');
  readonly #process;
  readonly #answers: AsyncIterator<string>;

  constructor({ python, environment } = debian) {
    copyFileSync(original, this.file);
    this.#process = spawn(python, [script, this.file], {
      env: environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#answers = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  async #do(action: string, args: object, settings: Settings = {}): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify({ do: action, ...args, settings })}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`Django could not ${action}.`);
    return JSON.parse(answer.value);
  }

  async version(): Promise<[major: number, minor: number]> {
    const answer = await this.#do('version', {});
    return z.object({ version: z.tuple([z.number(), z.number()]) }).parse(answer).version;
  }

  /** A new user, whose password is the user name. */
  async user(username: string, fields: object = {}): Promise<void> {
    await this.#do('user', { username, ...fields });
  }

  /** Logs in at the login page and gives the session cookie's value. */
  async login(username: string, settings?: Settings, password = username): Promise<string> {
    return made.parse(await this.#do('login', { username, password }, settings)).cookie;
  }

  async logout(cookie: string, settings?: Settings): Promise<void> {
    await this.#do('logout', { cookie }, settings);
  }

  async anonymous(values: object, settings?: Settings): Promise<string> {
    return made.parse(await this.#do('anonymous', { values }, settings)).cookie;
  }

  /** Changes what a session holds, and after how many seconds it ends; gives the cookie's new value. */
  async put(cookie: string, values: object, settings?: Settings, expiry?: number): Promise<string> {
    return made.parse(await this.#do('put', { cookie, values, expiry }, settings)).cookie;
  }

  async change(username: string, fields: object): Promise<void> {
    await this.#do('change', { whose: username, ...fields });
  }

  /** Gives a permission such as `docs.view_document` to a user or to a group, or takes it. */
  async permit(permission: string, given: boolean, to: { whose: string } | { group: string }): Promise<void> {
    await this.#do('permit', { permission, given, ...to });
  }

  /** Puts a user into a group, made if there is none, or takes the user out. */
  async enrol(username: string, group: string, given: boolean): Promise<void> {
    await this.#do('enrol', { whose: username, group, given });
  }

  async delete(username: string): Promise<void> {
    await this.#do('delete', { username });
  }

  /** Whom Django itself takes the bearer of a cookie for, at a time in seconds since 1970 or now. */
  async who(cookie: string, settings?: Settings, at?: number): Promise<string | undefined> {
    const answer = await this.#do('who', { cookie, at }, settings);
    return z.object({ user: z.string().nullable() }).parse(answer).user ?? undefined;
  }

  /** `django.core.signing.dumps` at a time in seconds since 1970. */
  async sign(value: unknown, salt: string, key: string, compress: boolean, at: number): Promise<string> {
    const answer = await this.#do('sign', { value, salt, key, compress, at });
    return z.object({ signed: z.string() }).parse(answer).signed;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin.end();
    await closed;
    rmSync(this.#folder, { recursive: true });
  }
}
