import type { Knex } from 'knex';

/** One step in the history of the schema, by name; a released step never changes. */
export interface Migration {
  readonly name: string;
  up(database: Knex): Promise<void>;
  down(database: Knex): Promise<void>;
}
