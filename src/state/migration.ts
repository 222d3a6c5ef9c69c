import type { Knex } from 'knex';

/** One step of the schema's history, by name; a step that has been released is never changed. */
export interface Migration {
  readonly name: string;
  up(database: Knex): Promise<void>;
  down(database: Knex): Promise<void>;
}
