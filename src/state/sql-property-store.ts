import type { Knex } from 'knex';
import { refuseProperties, type PropertyLimits } from '../dav/properties/limits.js';
import type {
  MemberProperties,
  PropertyChange,
  PropertyMap,
  PropertyOwner,
  PropertyQuota,
  PropertyStore,
  Wanted,
} from '../dav/properties/property-store.js';
import type { ServerPath } from '../http/target.js';
import { orUnavailable } from './or-unavailable.js';
import type { CommittedRows } from './committed-rows.js';
import type { StateDatabase } from './database.js';
import { inTransaction } from './in-transaction.js';
import { memberProperties, type PropertyRow } from './member-properties.js';
import { patchProperties } from './patch-properties.js';
import { takeTurn } from './postgresql.js';
import { pagesOf } from './property-pages.js';
import type { SelectedRow } from './selected.js';
import { PropertyTally, shareTotals, type Grown } from './property-totals.js';
import {
  columns,
  countCopies,
  newParent,
  parentOf,
  removeIn,
  sums,
  treeOf,
  writeFirst,
} from './property-trees.js';

/** The quotas of those shares that have one, by the share's path. */
type PropertyQuotas = ReadonlyMap<string, PropertyQuota>;

/** Dead properties in the state database. */
export class SqlPropertyStore implements PropertyStore {
  readonly #database: StateDatabase;
  readonly #rows: CommittedRows<SelectedRow>;
  readonly #limits: Omit<PropertyLimits, 'perProperty'>;
  readonly #quotas: PropertyQuotas;

  constructor(
    database: StateDatabase,
    limits: Omit<PropertyLimits, 'perProperty'>,
    quotas: PropertyQuotas = new Map(),
  ) {
    this.#database = database;
    this.#rows = database.rowsOf<SelectedRow>();
    this.#limits = limits;
    this.#quotas = quotas;
  }

  /**
   * Charges these shares for the properties in them that were charged to no share or to another one: those stored by
   * an older version, or before a change of the declared shares. Then counts each share's properties against its
   * quota. Call this once, at the start.
   */
  async open(shares: readonly ServerPath[]): Promise<void> {
    const totals = await orUnavailable(shareTotals(this.#database.knex));
    const known = new Set<string>(shares);
    const isStale = [...totals].some(([share, bytes]) => bytes > 0 && !known.has(share));
    if (isStale) await this.#adopt(shares);
    const current = isStale ? await orUnavailable(shareTotals(this.#database.knex)) : totals;
    for (const [share, quota] of this.#quotas) await quota.beginElsewhere(current.get(share) ?? 0);
  }

  async get(path: ServerPath, wanted: Wanted = 'all'): Promise<PropertyMap> {
    const names = typeof wanted === 'string' ? [] : wanted;
    const rows = await this.#rows(
      `select name, ${wanted === 'names' ? "''" : ''} value from properties where path = ?` +
        (names.length > 0 ? ` and name in (${names.map(() => '?').join()})` : ''),
      [path, ...names],
    );
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  members(path: ServerPath, wanted: Wanted): Promise<MemberProperties | undefined> {
    return memberProperties(this.#rows, path, wanted);
  }

  async patch(path: ServerPath, changes: readonly PropertyChange[], owner: PropertyOwner): Promise<void> {
    // If there are several instructions for one property, the last one counts.
    const values = new Map(changes.map(({ name, value }) => [name, value]));
    if (values.size === 0) return;
    await this.#transaction(owner.share, (transaction, tally) =>
      patchProperties(transaction, tally, { path, values, owner, perResource: this.#limits.perResource }),
    );
  }

  async copyTree(
    from: ServerPath,
    to: ServerPath,
    depth: '0' | 'infinity',
    owner: PropertyOwner,
  ): Promise<void> {
    if (!(await this.#isAnyIn(from, to))) return;
    const longer = Buffer.byteLength(to) - Buffer.byteLength(from);
    await this.#transaction(owner.share, async (transaction, tally, settle) => {
      await writeFirst(transaction);
      await removeIn(transaction, tally, to);
      await countCopies(transaction, tally, from, depth, owner, longer);
      // Before the rows are written: a refused copy then costs no more than reading.
      await settle();
      for await (const page of treeOf(transaction, from, depth)) {
        const rows = transaction<PropertyRow>('properties')
          .where(page)
          .select(
            transaction.raw('? || substr(path, length(?) + 1)', [to, from]),
            transaction.raw(newParent, [from, parentOf(to), to, from]),
            'name',
            transaction.raw('?', [owner.principal]),
            transaction.raw('?', [owner.share]),
            transaction.raw('bytes + cast(? as integer)', [longer]),
            'value',
          );
        await transaction(transaction.raw(`properties (${columns})`)).insert(rows);
      }
    });
  }

  async requireRoom(
    from: ServerPath,
    to: ServerPath,
    depth: '0' | 'infinity',
    owner: PropertyOwner,
  ): Promise<void> {
    if (!(await this.#isAnyIn(from))) return;
    const longer = Buffer.byteLength(to) - Buffer.byteLength(from);
    const tally = new PropertyTally();
    const count = async (): Promise<void> => {
      for await (const page of pagesOf(this.#database.knex, to)) {
        tally.take(await sums(this.#database.knex<PropertyRow>('properties').where(page)));
      }
      await countCopies(this.#database.knex, tally, from, depth, owner, longer);
      this.#requireRoom(await tally.preview(this.#database.knex));
    };
    await orUnavailable(count());
    const room = await this.#quotas.get(owner.share)?.reserve();
    try {
      await room?.set(tally.shares.get(owner.share) ?? 0);
    } finally {
      await room?.release();
    }
  }

  async moveTree(from: ServerPath, to: ServerPath, share: ServerPath): Promise<void> {
    if (!(await this.#isAnyIn(from, to))) return;
    await this.#transaction(undefined, async (transaction, tally) => {
      await writeFirst(transaction);
      await removeIn(transaction, tally, to);
      const longer = Buffer.byteLength(to) - Buffer.byteLength(from);
      for await (const page of pagesOf(transaction, from)) {
        const moving = transaction<PropertyRow>('properties').where(page);
        const found = await sums(moving.clone());
        tally.take(found);
        for (const { principal, bytes, number } of found) {
          tally.add({ principal, share }, Number(bytes) + Number(number) * longer);
        }
        await moving.update({
          path: transaction.raw('? || substr(path, length(?) + 1)', [to, from]),
          parent: transaction.raw(newParent, [from, parentOf(to), to, from]),
          share,
          bytes: transaction.raw('bytes + cast(? as integer)', [longer]),
        });
      }
    });
  }

  async removeTree(path: ServerPath): Promise<void> {
    if (!(await this.#isAnyIn(path))) return;
    await this.#transaction(undefined, async (transaction, tally) => {
      await writeFirst(transaction);
      await removeIn(transaction, tally, path);
    });
  }

  /** Whether any resource in these trees has properties: most trees have none, and then there is nothing to do. */
  async #isAnyIn(...roots: readonly ServerPath[]): Promise<boolean> {
    for (const root of roots) {
      const base = root === '/' ? '' : root;
      const found = await this.#rows(
        'select path from properties where path = ? or (path > ? and path < ?) limit 1',
        [root, `${base}/`, `${base}0`],
      );
      if (found.length > 0) return true;
    }
    return false;
  }

  #requireRoom(grown: readonly Grown[]): void {
    const { perUser, perShare } = this.#limits;
    for (const { kind, total: bytes } of grown) {
      if (kind === 'user' && bytes > perUser) {
        refuseProperties(`The properties that you have set must not exceed ${perUser} bytes in total.`);
      }
      if (kind === 'share' && bytes > perShare) {
        refuseProperties(`The properties in this share must not exceed ${perShare} bytes in total.`);
      }
    }
  }

  async #adopt(shares: readonly ServerPath[]): Promise<void> {
    for (const share of shares) {
      await inTransaction(this.#database, async (transaction) => {
        await takeTurn(transaction, 'properties');
        await writeFirst(transaction);
        const tally = new PropertyTally();
        for await (const page of pagesOf(transaction, share)) {
          const others = transaction<PropertyRow>('properties').where(page).whereNot({ share });
          const found = await sums(others.clone());
          if (found.length === 0) continue;
          tally.take(found);
          for (const { principal, bytes } of found) tally.add({ principal, share }, Number(bytes));
          await others.update({ share });
        }
        await tally.book(transaction);
      });
    }
  }

  /**
   * Changes properties and their totals together.
   * @param growing the share that must have room for the added bytes, as must its user; undefined: nothing is refused
   * @param action may call `settle` once everything is counted, so that it is refused before the work is done
   */
  async #transaction(
    growing: string | undefined,
    action: (
      transaction: Knex.Transaction,
      tally: PropertyTally,
      settle: () => Promise<void>,
    ) => Promise<void>,
  ): Promise<void> {
    const room = growing === undefined ? undefined : await this.#quotas.get(growing)?.reserve();
    try {
      const shares = await inTransaction(this.#database, async (transaction) => {
        // Two transactions that wrote the same rows in different orders would wait for each other.
        await takeTurn(transaction, 'properties');
        const tally = new PropertyTally();
        let settled = false;
        const settle = async (): Promise<void> => {
          if (settled) return;
          settled = true;
          const grown = await tally.book(transaction);
          if (growing === undefined) return;
          this.#requireRoom(grown);
          await room?.set(tally.shares.get(growing) ?? 0);
        };
        await action(transaction, tally, settle);
        await settle();
        return tally.shares;
      });
      for (const [share, bytes] of shares) {
        if (share === growing && room) await room.settle(bytes);
        else await this.#quotas.get(share)?.countElsewhere(bytes);
      }
    } finally {
      await room?.release();
    }
  }
}
