import type { Knex } from 'knex';
import type { Migration } from '../migration.js';
import { isPostgresql } from '../postgresql.js';
import { exactText } from './exact-text.js';

/**
 * The size of each dead property, and who is charged for it. Older properties are charged to no user, and to no share
 * until the shares are known. The sizes come before the values: SQLite reads a row from its beginning, and stores a
 * long value elsewhere.
 */
export const propertySizes: Migration = {
  name: '0003-property-sizes',
  async up(database) {
    await database.schema.createTable('counted_properties', (table) => {
      exactText(database, table, 'path').notNullable();
      exactText(database, table, 'parent').notNullable();
      exactText(database, table, 'name').notNullable().comment('Clark notation');
      exactText(database, table, 'principal').notNullable().comment('who set it; empty: not known');
      exactText(database, table, 'share').notNullable().comment('where its share stands; empty: not known');
      table.integer('bytes').notNullable().comment('of the value, the name and the path');
      table.text('value').notNullable().comment('the whole element, standing alone');
      table.primary(['path', 'name']);
      table.index(['parent', 'path'], 'properties_by_parent');
    });
    await database.schema.createTable('property_totals', (table) => {
      table.text('kind').notNullable().comment('user or share');
      exactText(database, table, 'name').notNullable();
      table.bigInteger('bytes').notNullable();
      table.primary(['kind', 'name']);
    });
    const bytes = octets(database);
    await database.raw(
      `insert into counted_properties (path, parent, name, principal, share, bytes, value)
       select path, parent, name, '', '', ${bytes('path')} + ${bytes('name')} + ${bytes('value')}, value
       from properties`,
    );
    await database.raw(
      `insert into property_totals (kind, name, bytes)
       select 'share', '', sum(bytes) from counted_properties having count(*) > 0`,
    );
    await database.schema.dropTable('properties');
    await database.schema.renameTable('counted_properties', 'properties');
  },
  async down(database) {
    await database.schema.dropTable('property_totals');
    await database.schema.alterTable('properties', (table) => {
      table.dropColumns('principal', 'share', 'bytes');
    });
  },
};

/** The bytes of a text in UTF-8. */
function octets(database: Knex): (column: string) => string {
  return (column) => (isPostgresql(database) ? `octet_length(${column})` : `length(cast(${column} as blob))`);
}
