import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { loopPace } from '../async/loop-pace.js';
import {
  toldConflicts,
  type Exhausted,
  type Lock,
  type LockNumbers,
  type LockOutcome,
  type LockRequest,
  type LockStore,
} from '../dav/locks/lock-store.js';
import type { ServerPath } from '../http/target.js';
import { orUnavailable } from './or-unavailable.js';
import type { CommittedRows } from './committed-rows.js';
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
  /** PostgreSQL's driver returns a bigint as text. */
  expires: number | string;
}

type LockQuery = Knex.QueryBuilder<LockRow, LockRow[]>;

/** Locks in the state database. */
export class SqlLockStore implements LockStore {
  readonly #database: StateDatabase;
  readonly #rows: CommittedRows<LockRow>;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(database: StateDatabase, now: () => number) {
    this.#database = database;
    this.#rows = database.rowsOf<LockRow>();
    this.#now = now;
  }

  async acquire(request: LockRequest, numbers?: LockNumbers): Promise<LockOutcome> {
    return inTransaction(this.#database, async (transaction) => {
      // No other process decides at the same time: SQLite gives its only write lock to the first write.
      await takeTurn(transaction, 'locking');
      const now = this.#now();
      await transaction('locks').where('expires', '<=', now).delete();
      const conflicts = (await inTheWay(transaction, request)).map(toLock);
      if (conflicts.length > 0) return { conflicts };
      const exhausted = numbers && (await exhaustedBy(transaction, request, numbers));
      if (exhausted) return { exhausted };
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
    const rows = await orUnavailable(
      this.#current()
        .where({ token })
        .update({ timeout_seconds: timeoutSeconds, expires: now + timeoutSeconds * 1000 })
        .returning<LockRow[]>('*'),
    );
    return rows.map(toLock)[0];
  }

  async remove(token: string): Promise<boolean> {
    return (await orUnavailable(this.#current().where({ token }).delete())) > 0;
  }

  async covering(path: ServerPath): Promise<readonly Lock[]> {
    const roots = ancestry(path);
    const rows = await this.#rows(
      `${current} and root in (${roots.map(() => '?').join()}) and (root = ? or depth = 'infinity')`,
      [this.#now(), ...roots, path],
    );
    return rows.map(toLock);
  }

  async below(path: ServerPath, depth: '1' | 'infinity' = 'infinity'): Promise<readonly Lock[]> {
    const found: Lock[] = [];
    const base = path === '/' ? '' : path;
    const inside = `${current} and root > ? and root < ?` + (depth === '1' ? ` and ${slashesIn}` : '');
    const level = depth === '1' ? [path === '/' ? 1 : slashes(path) + 1] : [];
    for (let start = `${base}/`; ;) {
      const bindings = [this.#now(), start, `${base}0`, ...level];
      const [last] = await this.#rows(`${inside} order by root limit 1 offset ${rowsPerPage - 1}`, bindings);
      const page = last
        ? await this.#rows(`${inside} and root <= ?`, [...bindings, last.root])
        : await this.#rows(inside, bindings);
      for (const row of page) found.push(toLock(row));
      if (!last) return found;
      start = last.root;
      await loopPace.pause(this);
    }
  }

  async removeTree(path: ServerPath): Promise<void> {
    await orUnavailable(this.#database.knex<LockRow>('locks').where(inTree('root', path)).delete());
  }

  async moveTree(from: ServerPath): Promise<void> {
    await this.removeTree(from);
  }

  async sweep(): Promise<void> {
    await orUnavailable(this.#database.knex('locks').where('expires', '<=', this.#now()).delete());
  }

  #current(): LockQuery {
    return this.#database.knex<LockRow, LockRow[]>('locks').where('expires', '>', this.#now());
  }
}

/** Locks that have not expired, by the current time. */
const current =
  'select token, root, depth, scope, principal, owner, timeout_seconds, expires from locks where expires > ?';

/** Locks that conflict with a new one (RFC 4918 section 6.1): at most one exclusive lock, or many shared ones. */
async function inTheWay(
  transaction: Knex.Transaction,
  { root, depth, scope }: LockRequest,
): Promise<LockRow[]> {
  const locks = (): LockQuery => {
    const query = transaction<LockRow, LockRow[]>('locks').limit(toldConflicts);
    return scope === 'exclusive' ? query : query.where({ scope: 'exclusive' });
  };
  const above = await covering(locks(), root);
  const inside = depth === 'infinity' ? await locks().where(below('root', root)) : [];
  return [...above, ...inside];
}

async function exhaustedBy(
  transaction: Knex.Transaction,
  request: LockRequest,
  { perUser, inAll, covering: most }: LockNumbers,
): Promise<Exhausted | undefined> {
  const { principal, scope } = request;
  const locks = () => transaction<LockRow>('locks');
  if (
    await locks()
      .where({ principal })
      .offset(perUser - 1)
      .first('token')
  )
    return 'user';
  if (
    await locks()
      .offset(inAll - 1)
      .first('token')
  )
    return 'server';
  // An exclusive lock is the only one on its resource.
  return scope === 'shared' && (await coveringOne(transaction, request)) >= most ? 'resource' : undefined;
}

/** The most existing locks that cover any one of the resources that the new lock would cover. */
async function coveringOne(transaction: Knex.Transaction, { root, depth }: LockRequest): Promise<number> {
  const locks = (): LockQuery => transaction<LockRow, LockRow[]>('locks');
  const above = (await covering(locks(), root)).length;
  if (depth === '0') return above;
  const rooted = new Map<string, number>();
  const deep = new Map<string, number>();
  for (const lock of await locks().where(below('root', root)).select('root', 'depth')) {
    rooted.set(lock.root, (rooted.get(lock.root) ?? 0) + 1);
    if (lock.depth === 'infinity') deep.set(lock.root, (deep.get(lock.root) ?? 0) + 1);
  }
  // Locks rooted here with depth 0 do not cover what is below, but are counted all the same.
  let most = 0;
  for (const [inside, here] of rooted) {
    const between = ancestry(inside).slice(0, -1);
    most = Math.max(
      most,
      between.reduce((sum, path) => sum + (deep.get(path) ?? 0), here),
    );
  }
  return above + most;
}

/** Rows to read between two turns of the event loop. */
const rowsPerPage = 1000;

const slashesIn = "length(root) - length(replace(root, '/', '')) = ?";

function slashes(path: string): number {
  return path.split('/').length - 1;
}

function covering(query: LockQuery, path: ServerPath): LockQuery {
  return query.whereIn('root', ancestry(path)).where((either) => {
    void either.where('root', path).orWhere('depth', 'infinity');
  });
}

function toLock({ timeout_seconds, expires, ...rest }: LockRow): Lock {
  return { ...rest, timeoutSeconds: timeout_seconds, expires: Number(expires) };
}
