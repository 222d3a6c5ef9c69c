import type { Knex } from 'knex';
import { refuseProperties, sizeOfProperty } from '../dav/properties/limits.js';
import type { PropertyOwner } from '../dav/properties/property-store.js';
import type { ServerPath } from '../http/target.js';
import { parentOf } from './property-trees.js';
import type { PropertyTally } from './property-totals.js';
import { selected } from './selected.js';

interface Patch {
  readonly path: ServerPath;
  /** By Clark name; undefined removes a property. */
  readonly values: ReadonlyMap<string, string | undefined>;
  readonly owner: PropertyOwner;
  /** The most bytes of the properties of one resource. */
  readonly perResource: number;
}

/**
 * Sets and removes properties of one resource, and counts the bytes that this adds and frees.
 * @throws Failure `insufficient-storage` if the properties of the resource would have too many bytes
 */
export async function patchProperties(
  transaction: Knex.Transaction,
  tally: PropertyTally,
  { path, values, owner, perResource }: Patch,
): Promise<void> {
  const names = [...values.keys()];
  // Changes nothing, but locks out other writers and returns the old rows.
  const old = await selected(
    transaction,
    `update properties set bytes = bytes where path = ? and name in (${list(names, '?')})
     returning principal, share, bytes`,
    [path, ...names],
  );
  const removed = names.filter((name) => values.get(name) === undefined);
  if (old.length > 0 && removed.length > 0) {
    await selected(transaction, `delete from properties where path = ? and name in (${list(removed, '?')})`, [
      path,
      ...removed,
    ]);
  }
  tally.take(old);
  let added = 0;
  const rows: (string | number)[][] = [];
  for (const [name, value] of values) {
    if (value === undefined) continue;
    const bytes = sizeOfProperty(path, name, value);
    added += bytes;
    rows.push([path, parentOf(path), name, owner.principal, owner.share, bytes, value]);
  }
  tally.add(owner, added);
  if (rows.length > 0) {
    await selected(
      transaction,
      `insert into properties (path, parent, name, principal, share, bytes, value)
       values ${list(rows, '(?, ?, ?, ?, ?, ?, ?)')}
       on conflict (path, name) do update set
         principal = excluded.principal, share = excluded.share, bytes = excluded.bytes, value = excluded.value`,
      rows.flat(),
    );
  }
  if (added <= old.reduce((sum, { bytes }) => sum + Number(bytes), 0)) return;
  const [all] = await selected(transaction, 'select sum(bytes) as bytes from properties where path = ?', [
    path,
  ]);
  if (Number(all?.bytes) > perResource) {
    refuseProperties(`The properties of a resource must not exceed ${perResource} bytes.`);
  }
}

function list(items: readonly unknown[], placeholder: string): string {
  return items.map(() => placeholder).join();
}
