import type { Migration } from '../migration.js';

/** Failed logins by key. The columns, and their order, are those of rate-limiter-flexible's stores. */
export const loginFailures: Migration = {
  name: '0002-login-failures',
  async up(database) {
    await database.schema.createTable('login_failures', (table) => {
      table.string('key', 255).primary().comment('a digest of the address, and of the user name with it');
      table.integer('points').notNullable().defaultTo(0);
      table.bigInteger('expire').index().comment('milliseconds since the epoch');
    });
  },
  async down(database) {
    await database.schema.dropTable('login_failures');
  },
};
