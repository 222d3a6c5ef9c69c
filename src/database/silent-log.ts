import type { Knex } from 'knex';

/** Knex would write to the console; every error reaches the caller of the query anyway. */
export const silentLog: Knex.Logger = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

function ignore(): void {
  // Nothing.
}
