import type { Knex } from 'knex';
import type { PropertyChange, PropertyMap, PropertyStore } from '../dav/properties/property-store.js';
import type { ServerPath } from '../http/target.js';
import { asked } from './asked.js';
import type { StateDatabase } from './database.js';
import { inTransaction, unlessInTheWay } from './in-transaction.js';
import { inTree } from './paths.js';
import { takeTurn } from './postgresql.js';

interface PropertyRow {
  path: ServerPath;
  parent: string;
  name: string;
  value: string;
}

/** Dead properties in the state database. */
export class SqlPropertyStore implements PropertyStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  async get(path: ServerPath): Promise<PropertyMap> {
    const rows = await asked(
      this.#database<PropertyRow>('properties').where({ path }).select('name', 'value'),
    );
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  async children(path: ServerPath): Promise<ReadonlyMap<ServerPath, PropertyMap>> {
    const rows = await asked(
      this.#database<PropertyRow>('properties').where({ parent: path }).select('path', 'name', 'value'),
    );
    const found = new Map<ServerPath, Map<string, string>>();
    for (const row of rows) {
      const properties = found.get(row.path) ?? new Map<string, string>();
      properties.set(row.name, row.value);
      found.set(row.path, properties);
    }
    return found;
  }

  async patch(path: ServerPath, changes: readonly PropertyChange[]): Promise<void> {
    await this.#transaction(async (transaction) => {
      const properties = () => transaction<PropertyRow>('properties');
      for (const { name, value } of changes) {
        if (value === undefined) await properties().where({ path, name }).delete();
        else {
          await properties()
            .insert({ path, parent: parentOf(path), name, value })
            .onConflict(['path', 'name'])
            .merge(['value']);
        }
      }
    });
  }

  async copyTree(from: ServerPath, to: ServerPath, depth: '0' | 'infinity'): Promise<void> {
    await this.#transaction(async (transaction) => {
      await transaction<PropertyRow>('properties').where(inTree('path', to)).delete();
      const source = transaction<PropertyRow>('properties').select(
        transaction.raw('? || substr(path, length(?) + 1)', [to, from]),
        transaction.raw(newParent, [from, parentOf(to), to, from]),
        'name',
        'value',
      );
      const rows = depth === '0' ? source.where({ path: from }) : source.where(inTree('path', from));
      await transaction(
        transaction.raw('?? (??, ??, ??, ??)', ['properties', 'path', 'parent', 'name', 'value']),
      ).insert(rows);
    });
  }

  async moveTree(from: ServerPath, to: ServerPath): Promise<void> {
    await this.#transaction(async (transaction) => {
      await transaction<PropertyRow>('properties').where(inTree('path', to)).delete();
      await transaction('properties')
        .where(inTree('path', from))
        .update({
          path: transaction.raw('? || substr(path, length(?) + 1)', [to, from]),
          parent: transaction.raw(newParent, [from, parentOf(to), to, from]),
        });
    });
  }

  async removeTree(path: ServerPath): Promise<void> {
    await unlessInTheWay(() =>
      this.#database<PropertyRow>('properties').where(inTree('path', path)).delete(),
    );
  }

  async #transaction(action: (transaction: Knex.Transaction) => Promise<void>): Promise<void> {
    await inTransaction(this.#database, async (transaction) => {
      // Two that wrote the same rows in another order would wait for each other.
      await takeTurn(transaction, 'properties');
      await action(transaction);
    });
  }
}

/** The tree's own root gets a new parent; everything below it keeps its place in the tree. */
const newParent = 'case when path = ? then ? else ? || substr(parent, length(?) + 1) end';

/** The root is nobody's member. */
function parentOf(path: string): string {
  return path === '/' ? '' : path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
