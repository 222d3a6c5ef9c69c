import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { text } from '../directory-user.js';
import type { UserModel } from '../site.js';
import { keyText, storedKeys } from '../user-key.js';

export type Digests = ReadonlyMap<string, string>;

/** Some users at both ends of the table, by primary key. */
export interface SampledUsers {
  readonly first: Digests;
  readonly last: Digests;
  /** The key up to which rows were counted, if keys are increasing; undefined: all rows. */
  readonly upTo: string | undefined;
  /** By table: the number of rows, and the sum of the keys of what users are linked with. */
  readonly counts: ReadonlyMap<string, string>;
}

/** Users at each end, as in seen.py. */
const sampled = 16;
/** The most rows of a table to count, as in seen.py. */
const counted = 1_000_000;

/**
 * Whether davgate's connection finds exactly the users that the site's connection found, with as many links to groups
 * and permissions. Users who join in the meantime come last if keys are increasing.
 * @throws the driver's error
 */
export async function hasSameUsers(knex: Knex, model: UserModel, site: SampledUsers): Promise<boolean> {
  const { id, username, password } = model.columns;
  const users = () => knex(model.table).select({ id, username, password });
  const first = digestsOf(
    await users()
      .where(upTo(knex, id, site.upTo))
      .orderBy(id)
      .limit(sampled),
  );
  const keys = [...site.last.keys()].flatMap((key) => storedKeys(key).map(String));
  const last = digestsOf(keys.length === 0 ? [] : await users().whereIn(id, keys));
  return (
    areEqual(first, site.first) &&
    areEqual(last, site.last) &&
    areEqual(await countsOf(knex, model, site.upTo), site.counts)
  );
}

async function countsOf(
  knex: Knex,
  { table, columns, groups, permissions }: UserModel,
  last: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const links = [groups, permissions].filter((link) => link !== undefined);
  const counts = new Map([[table, await countOf(knex, knex(table).where(upTo(knex, columns.id, last)))]]);
  for (const link of links) {
    counts.set(
      link.table,
      await countOf(knex, knex(link.table).where(upTo(knex, link.user, last)), link.other),
    );
  }
  if (groups) {
    counts.set(
      'auth_group_permissions',
      await countOf(knex, knex('auth_group_permissions'), 'permission_id'),
    );
  }
  return counts;
}

/** Counts as seen.py does. */
async function countOf(knex: Knex, rows: Knex.QueryBuilder, summed?: string): Promise<string> {
  const some = rows.select(summed === undefined ? knex.raw('1 as summed') : { summed }).limit(counted);
  const found: unknown = await knex
    .from(some.as('counted'))
    .first({ count: knex.raw('count(*)'), sum: knex.raw('sum(summed)') });
  const { count, sum }: { readonly count: unknown; readonly sum: unknown } = {
    count: 0,
    sum: 0,
    ...asObject(found),
  };
  const isWhole = summed !== undefined && Number(count) < counted;
  return `${Number(count)} ${isWhole ? Number(sum) : 0}`;
}

function upTo(knex: Knex, column: string, last: string | undefined): Knex.Raw {
  return last === undefined ? knex.raw('1 = 1') : knex.raw('?? <= ?', [column, last]);
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

/** As in seen.py: drivers may disagree about characters outside ASCII. */
function digest(username: string, password: string): string {
  const plain = Buffer.byteLength(username) === username.length ? username : '';
  return createHash('sha256').update(`${plain}\0${password}`).digest('hex');
}

function areEqual(some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): boolean {
  return some.size === others.size && [...some].every(([key, value]) => others.get(key) === value);
}
