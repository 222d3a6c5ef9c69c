import type { Knex } from 'knex';
import type { PropertyOwner } from '../dav/properties/property-store.js';
import { selected } from './selected.js';

/** A sum of properties as a database returns it: PostgreSQL's driver returns large numbers as text. */
export interface PropertySum {
  readonly principal: string;
  readonly share: PropertyOwner['share'];
  readonly bytes: number | string;
  readonly number: number | string;
}

interface TotalRow {
  kind: 'user' | 'share';
  name: string;
  bytes: number | string;
}

type Change = Omit<TotalRow, 'bytes'> & { readonly bytes: number };

/** A total that has grown. */
export interface Grown {
  readonly kind: TotalRow['kind'];
  /** Bytes, including what was added. */
  readonly total: number;
}

/** How a change alters the bytes charged to users and shares. */
export class PropertyTally {
  readonly #changes = { user: new Map<string, number>(), share: new Map<string, number>() };

  add({ principal, share }: PropertyOwner, bytes: number): void {
    this.#count('user', principal, bytes);
    this.#count('share', share, bytes);
  }

  take(sums: readonly Omit<PropertySum, 'number'>[]): void {
    for (const { principal, share, bytes } of sums) this.add({ principal, share }, -Number(bytes));
  }

  /** The changes by share. */
  get shares(): ReadonlyMap<string, number> {
    return this.#changes.share;
  }

  /** Writes the new totals. @returns those that have grown */
  async book(transaction: Knex.Transaction): Promise<Grown[]> {
    const changed = this.#changed();
    if (changed.length === 0) return [];
    const rows = await selected(
      transaction,
      `insert into property_totals (kind, name, bytes) values ${changed.map(() => '(?, ?, ?)').join()}
       on conflict (kind, name) do update set bytes = property_totals.bytes + excluded.bytes
       returning kind, name, bytes`,
      changed.flatMap(({ kind, name, bytes }) => [kind, name, bytes]),
    );
    return rows
      .filter(({ kind, name }) => name !== '' && (this.#changes[kind].get(name) ?? 0) > 0)
      .map(({ kind, bytes }) => ({ kind, total: Number(bytes) }));
  }

  /** @returns the totals that would grow, without writing them */
  async preview(database: Knex): Promise<Grown[]> {
    const grown: Grown[] = [];
    for (const { kind, name, bytes } of this.#changed()) {
      if (bytes <= 0 || name === '') continue;
      const row = await database<TotalRow>('property_totals').where({ kind, name }).first('bytes');
      grown.push({ kind, total: Number(row?.bytes ?? 0) + bytes });
    }
    return grown;
  }

  #changed(): Change[] {
    const changed: Change[] = [];
    for (const kind of ['user', 'share'] as const) {
      for (const [name, bytes] of this.#changes[kind]) {
        if (bytes !== 0 && (kind === 'share' || name !== '')) changed.push({ kind, name, bytes });
      }
    }
    return changed;
  }

  #count(kind: TotalRow['kind'], name: string, bytes: number): void {
    const changes = this.#changes[kind];
    changes.set(name, (changes.get(name) ?? 0) + bytes);
  }
}

/** The bytes charged to each share, by its path; the empty path stands for no known share. */
export async function shareTotals(database: Knex): Promise<ReadonlyMap<string, number>> {
  const rows = await database<TotalRow>('property_totals').where({ kind: 'share' }).select('name', 'bytes');
  return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}
