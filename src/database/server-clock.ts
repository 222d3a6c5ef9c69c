import type { Knex } from 'knex';
import type { DatabaseLocation } from './location.js';

/**
 * How far a database server's clock is ahead of this machine's, in seconds; negative if it is behind.
 * @param now milliseconds since the epoch, by this machine
 * @returns undefined for a file, which has no clock, and if the server does not tell
 */
export async function clockAhead(
  knex: Knex,
  kind: DatabaseLocation['kind'],
  now: () => number,
): Promise<number | undefined> {
  if (kind === 'sqlite') return undefined;
  const seconds =
    kind === 'postgresql' ? 'extract(epoch from clock_timestamp())' : 'unix_timestamp(current_timestamp(3))';
  const asked = now();
  const rows: unknown = await knex.select(knex.raw(`${seconds} as seconds`));
  const answered = now();
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  const told = typeof row === 'object' && row !== null && 'seconds' in row ? Number(row.seconds) : Number.NaN;
  return Number.isFinite(told) ? told - (asked + answered) / 2000 : undefined;
}
