import type { Migration } from '../migration.js';
import { exactText } from './exact-text.js';

/** Locks and dead properties, both keyed by the resource's path on this server. */
export const locksAndProperties: Migration = {
  name: '0001-locks-and-properties',
  async up(database) {
    await database.schema.createTable('properties', (table) => {
      exactText(database, table, 'path').notNullable();
      exactText(database, table, 'parent').notNullable().index();
      exactText(database, table, 'name').notNullable().comment('Clark notation');
      table.text('value').notNullable().comment('the whole element, standing alone');
      table.primary(['path', 'name']);
    });
    await database.schema.createTable('locks', (table) => {
      exactText(database, table, 'token').primary();
      exactText(database, table, 'root').notNullable().index();
      table.text('depth').notNullable();
      table.text('scope').notNullable();
      table.text('principal').notNullable();
      table.text('owner').notNullable();
      table.integer('timeout_seconds').notNullable();
      table.bigInteger('expires').notNullable().index().comment('milliseconds since the epoch');
    });
  },
  async down(database) {
    await database.schema.dropTable('locks');
    await database.schema.dropTable('properties');
  },
};
