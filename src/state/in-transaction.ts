import type { Knex } from 'knex';
import { orUnavailable } from './or-unavailable.js';
import type { StateDatabase } from './database.js';

/**
 * PostgreSQL's codes for a transaction that it has rolled back because of a concurrent one: serialization_failure,
 * deadlock_detected, unique_violation (manual, appendix A).
 */
const conflicts: ReadonlySet<unknown> = new Set(['40001', '40P01', '23505']);

/** The most attempts before a transaction is given up. */
const attempts = 5;

/**
 * Runs `action` in a transaction, wholly or not at all.
 * @throws Failure `unavailable`
 */
export function inTransaction<T>(
  database: StateDatabase,
  action: (transaction: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return unlessInTheWay(() => database.knex.transaction(action));
}

/**
 * Runs `action`, which does all or nothing, and repeats it if another transaction has conflicted with it.
 * @throws Failure `unavailable`
 */
function unlessInTheWay<T>(action: () => PromiseLike<T>): Promise<T> {
  return orUnavailable(attempt(action, attempts));
}

async function attempt<T>(action: () => PromiseLike<T>, left: number): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (left > 1 && isConflict(error)) return attempt(action, left - 1);
    throw error;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && conflicts.has(error.code);
}
