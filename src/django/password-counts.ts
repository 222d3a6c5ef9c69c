import type { Knex } from 'knex';
import { answered } from './answered.js';
import { isActive, isSet, text } from './directory-user.js';
import type { HasherRegistry } from './hashers/site-hashers.js';
import { passwordFault, type PasswordFault } from './hashers/password-fault.js';
import { userClass } from './models/user.js';
import type { UserModel } from './site.js';

/** How many active users there are, and how many of them cannot sign in with a password, by reason. */
export interface PasswordCounts {
  readonly active: number;
  readonly superusers: number;
  /** Users whose password can be checked. */
  readonly able: number;
  readonly faults: readonly { readonly fault: PasswordFault; readonly users: number }[];
}

/** Users to read at a time. SQLite's driver blocks the process while it reads. */
const batchSize = 1000;

/**
 * Counts the stored passwords of a site. Reads all users, a batch at a time.
 * @param signal ends it
 * @throws Failure `unavailable` if the database cannot answer
 */
export async function countPasswords(
  knex: Knex,
  model: UserModel,
  hashers: HasherRegistry,
  signal?: AbortSignal,
): Promise<PasswordCounts> {
  const { table, columns } = model;
  const key = `${table}.${columns.id}`;
  const wanted = [columns.id, columns.username, columns.password, columns.isActive, columns.isSuperuser];
  const selected = [...new Set(wanted)].flatMap((column) =>
    column === undefined ? [] : [`${table}.${column}`],
  );
  const faults = new Map<string, { readonly fault: PasswordFault; readonly users: number }>();
  const counts = { active: 0, superusers: 0, able: 0 };
  let last: unknown;
  for (;;) {
    const query = userClass(model).query(knex).select(selected).orderBy(key).limit(batchSize);
    const rows = await answered(last === undefined ? query : query.whereRaw('?? > ?', [key, last]));
    last = rows.at(-1)?.id;
    if (last === undefined || signal?.aborted === true) break;
    for (const row of rows) {
      if (!isActive(row) || text(row.username) === '') continue;
      counts.active += 1;
      if (isSet(row.isSuperuser)) counts.superusers += 1;
      const fault = passwordFault(hashers, text(row.password));
      if (!fault) counts.able += 1;
      else {
        const name = JSON.stringify(fault);
        faults.set(name, { fault, users: (faults.get(name)?.users ?? 0) + 1 });
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { ...counts, faults: [...faults.values()].sort((one, other) => other.users - one.users) };
}
