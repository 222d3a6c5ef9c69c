import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Lock, LockOutcome, LockRequest, LockStore } from '../dav/locks/lock-store.js';
import type { ServerPath } from '../http/target.js';
import { asked } from './asked.js';
import type { StateDatabase } from './database.js';
import { inTransaction } from './in-transaction.js';
import { ancestry, below, inTree } from './paths.js';
import { takeTurn } from './postgresql.js';

interface LockRow {
  token: string;
  root: ServerPath;
  depth: '0' | 'infinity';
  scope: 'exclusive' | 'shared';
  principal: string;
  owner: string;
  timeout_seconds: number;
  /** PostgreSQL's driver gives a bigint as text. */
  expires: number | string;
}

type LockQuery = Knex.QueryBuilder<LockRow, LockRow[]>;

/** Locks in the state database. */
export class SqlLockStore implements LockStore {
  readonly #database: StateDatabase;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(database: StateDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async acquire(request: LockRequest, limit?: number): Promise<LockOutcome> {
    return inTransaction(this.#database, async (transaction) => {
      // No other process decides at the same time: SQLite's one write lock goes to the first write.
      await takeTurn(transaction, 'locking');
      const now = this.#now();
      await transaction('locks').where('expires', '<=', now).delete();
      const conflicts = (await inTheWay(transaction, request)).map(toLock);
      if (conflicts.length > 0) return { conflicts };
      if (limit !== undefined && (await holds(transaction, request.principal, limit))) {
        return { exhausted: true };
      }
      const { timeoutSeconds, ...rest } = request;
      const row: LockRow = {
        ...rest,
        token: `urn:uuid:${randomUUID()}`,
        timeout_seconds: timeoutSeconds,
        expires: now + timeoutSeconds * 1000,
      };
      await transaction<LockRow>('locks').insert(row);
      return { granted: toLock(row) };
    });
  }

  async refresh(token: string, timeoutSeconds: number): Promise<Lock | undefined> {
    const now = this.#now();
    const rows = await asked(
      this.#current()
        .where({ token })
        .update({ timeout_seconds: timeoutSeconds, expires: now + timeoutSeconds * 1000 })
        .returning<LockRow[]>('*'),
    );
    return rows.map(toLock)[0];
  }

  async remove(token: string): Promise<boolean> {
    return (await asked(this.#current().where({ token }).delete())) > 0;
  }

  async covering(path: ServerPath): Promise<readonly Lock[]> {
    return (await asked(covering(this.#current(), path))).map(toLock);
  }

  async below(path: ServerPath): Promise<readonly Lock[]> {
    return (await asked(this.#current().where(below('root', path)))).map(toLock);
  }

  async removeTree(path: ServerPath): Promise<void> {
    await asked(this.#database<LockRow>('locks').where(inTree('root', path)).delete());
  }

  async moveTree(from: ServerPath): Promise<void> {
    await this.removeTree(from);
  }

  async sweep(): Promise<void> {
    await asked(this.#database('locks').where('expires', '<=', this.#now()).delete());
  }

  #current(): LockQuery {
    return this.#database<LockRow, LockRow[]>('locks').where('expires', '>', this.#now());
  }
}

/** Locks that a new one would conflict with (RFC 4918 section 6.1): one exclusive lock at the most, or many shared. */
async function inTheWay(
  transaction: Knex.Transaction,
  { root, depth, scope }: LockRequest,
): Promise<LockRow[]> {
  const locks = (): LockQuery => transaction<LockRow, LockRow[]>('locks');
  const above = await covering(locks(), root);
  const inside = depth === 'infinity' ? await locks().where(below('root', root)) : [];
  return [...above, ...inside].filter((lock) => scope === 'exclusive' || lock.scope === 'exclusive');
}

/** Whether the principal has `number` locks already. */
async function holds(transaction: Knex.Transaction, principal: string, number: number): Promise<boolean> {
  const held = await transaction<LockRow, LockRow[]>('locks').where({ principal }).limit(number);
  return held.length >= number;
}

function covering(query: LockQuery, path: ServerPath): LockQuery {
  return query.whereIn('root', ancestry(path)).where((either) => {
    void either.where('root', path).orWhere('depth', 'infinity');
  });
}

function toLock({ timeout_seconds, expires, ...rest }: LockRow): Lock {
  return { ...rest, timeoutSeconds: timeout_seconds, expires: Number(expires) };
}
