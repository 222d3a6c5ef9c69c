import type { Knex } from 'knex';
import type { PropertyOwner } from '../dav/properties/property-store.js';
import type { ServerPath } from '../http/target.js';
import type { PropertyRow } from './member-properties.js';
import { isPostgresql } from './postgresql.js';
import { pagesOf } from './property-pages.js';
import type { PropertySum, PropertyTally } from './property-totals.js';

export const columns = 'path, parent, name, principal, share, bytes, value';

/**
 * In SQLite a transaction that has written excludes others; one that has only read does not, and may then be unable to
 * write.
 */
export async function writeFirst(transaction: Knex.Transaction): Promise<void> {
  if (!isPostgresql(transaction)) await transaction('property_totals').where({ kind: 'none' }).delete();
}

export async function removeIn(
  transaction: Knex.Transaction,
  tally: PropertyTally,
  root: string,
): Promise<void> {
  for await (const page of pagesOf(transaction, root)) {
    const rows = transaction<PropertyRow>('properties').where(page);
    const found = await sums(rows.clone());
    if (found.length === 0) continue;
    tally.take(found);
    await rows.delete();
  }
}

/** Counts what a copy of a tree takes; each of its paths is `longer` bytes longer. */
export async function countCopies(
  database: Knex,
  tally: PropertyTally,
  root: ServerPath,
  depth: '0' | 'infinity',
  owner: PropertyOwner,
  longer: number,
): Promise<void> {
  for await (const page of treeOf(database, root, depth)) {
    for (const { bytes, number } of await sums(database<PropertyRow>('properties').where(page))) {
      tally.add(owner, Number(bytes) + Number(number) * longer);
    }
  }
}

export async function* treeOf(
  database: Knex,
  root: ServerPath,
  depth: '0' | 'infinity',
): AsyncGenerator<Knex.QueryCallback> {
  for await (const page of pagesOf(database, root)) {
    yield page;
    if (depth === '0') return;
  }
}

/** The number and size of properties, by who is charged for them. */
export async function sums(rows: Knex.QueryBuilder<PropertyRow>): Promise<PropertySum[]> {
  return rows
    .groupBy('principal', 'share')
    .select('principal', 'share')
    .sum({ bytes: 'bytes' })
    .count({ number: '*' });
}

/** The tree's own root gets a new parent; everything below it keeps its place in the tree. */
export const newParent = 'case when path = ? then ? else ? || substr(parent, length(?) + 1) end';

/** The root has no parent. */
export function parentOf(path: string): string {
  return path === '/' ? '' : path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
