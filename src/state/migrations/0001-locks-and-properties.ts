import type { Migration } from '../migration.js';

/** Locks and dead properties, both by the server's path of the resource. */
export const locksAndProperties: Migration = {
  name: '0001-locks-and-properties',
  async up(database) {
    await database.schema.createTable('properties', (table) => {
      table.text('path').notNullable();
      table.text('parent').notNullable().index();
      table.text('name').notNullable().comment('Clark notation');
      table.text('value').notNullable().comment('the whole element, standing alone');
      table.primary(['path', 'name']);
    });
    await database.schema.createTable('locks', (table) => {
      table.text('token').primary();
      table.text('root').notNullable().index();
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
