import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { text } from '../directory-user.js';
import type { UserModel } from '../site.js';
import { keyText, storedKeys } from '../user-key.js';

/** Digests of users by primary key. */
export type Digests = ReadonlyMap<string, string>;

/** Some users at both ends of the table, by primary key. */
export interface SampledUsers {
  readonly first: Digests;
  readonly last: Digests;
}

/** Users at each end, as seen.py has it. */
const sampled = 16;

/**
 * Whether the users that the site's connection found are there for davgate's, and no others before them. Users who join
 * meanwhile come last.
 * @throws the driver's error
 */
export async function hasSameUsers(knex: Knex, model: UserModel, site: SampledUsers): Promise<boolean> {
  const { id, username, password } = model.columns;
  const users = () => knex(model.table).select({ id, username, password });
  const first = digestsOf(await users().orderBy(id).limit(sampled));
  const keys = [...site.last.keys()].flatMap((key) => storedKeys(key).map(String));
  const last = digestsOf(keys.length === 0 ? [] : await users().whereIn(id, keys));
  return areEqual(first, site.first) && areEqual(last, site.last);
}

function digestsOf(rows: readonly unknown[]): Digests {
  return new Map(
    rows.map((row) => {
      const { id, username, password } = { id: '', username: '', password: '', ...asObject(row) };
      return [keyText(id), digest(text(username), text(password))];
    }),
  );
}

function asObject(row: unknown): object {
  return typeof row === 'object' && row !== null ? row : {};
}

/** As seen.py makes it: drivers may disagree about other characters than ASCII. */
function digest(username: string, password: string): string {
  const plain = Buffer.byteLength(username) === username.length ? username : '';
  return createHash('sha256').update(`${plain}\0${password}`).digest('hex');
}

function areEqual(some: Digests, others: Digests): boolean {
  return some.size === others.size && [...some].every(([key, value]) => others.get(key) === value);
}
