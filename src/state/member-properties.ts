import type { Knex } from 'knex';
import type { MemberProperties, MemberRun, Wanted } from '../dav/properties/property-store.js';
import type { ServerPath } from '../http/target.js';
import { orUnavailable } from './or-unavailable.js';
import { selected } from './selected.js';

/** The most bytes of properties to read at once. */
const runBytes = 256 * 1024;

/**
 * With more rows than this, the set of members with properties is not remembered but queried for a few members at a
 * time.
 */
const rememberedRows = 1000;

/** Members in one query. */
const membersPerQuestion = 128;

export interface PropertyRow {
  path: ServerPath;
  parent: string;
  name: string;
  principal: string;
  share: ServerPath | '';
  bytes: number;
  value: string;
}

type Sizes = ReadonlyMap<ServerPath, number>;

/** The properties of the direct members of `parent`; undefined if none has any. */
export async function memberProperties(
  database: Knex,
  parent: ServerPath,
  wanted: Wanted,
): Promise<MemberProperties | undefined> {
  const rows = await selected(
    database,
    `select path, bytes from properties where parent = ? limit ${rememberedRows + 1}`,
    [parent],
  );
  if (rows.length === 0) return undefined;
  const all = rows.length <= rememberedRows ? sizesOf(rows) : undefined;
  return {
    async *of(paths) {
      for (let from = 0; from < paths.length; from += membersPerQuestion) {
        const some = paths.slice(from, from + membersPerQuestion);
        yield* runsOf(database, some, wanted, all ?? (await sizesIn(database, some)));
      }
    },
  };
}

async function* runsOf(
  database: Knex,
  paths: readonly ServerPath[],
  wanted: Wanted,
  sizes: Sizes,
): AsyncGenerator<MemberRun> {
  let members = 0;
  let bytes = 0;
  let holders: ServerPath[] = [];
  for (const path of paths) {
    const size = sizes.get(path) ?? 0;
    if (bytes > 0 && bytes + size > runBytes) {
      yield { paths: members, found: await read(database, holders, wanted) };
      [members, bytes, holders] = [0, 0, []];
    }
    members += 1;
    bytes += size;
    if (size > 0) holders.push(path);
  }
  yield { paths: members, found: await read(database, holders, wanted) };
}

async function read(
  database: Knex,
  paths: readonly ServerPath[],
  wanted: Wanted,
): Promise<MemberRun['found']> {
  const found = new Map<ServerPath, Map<string, string>>();
  if (paths.length === 0) return found;
  const query = database<PropertyRow>('properties').whereIn('path', paths);
  for (const { path, name, value } of await orUnavailable(selecting(query, wanted))) {
    const properties = found.get(path);
    if (properties) properties.set(name, value);
    else found.set(path, new Map([[name, value]]));
  }
  return found;
}

/** Selects the wanted parts of these rows; does not read unwanted values. */
function selecting(
  query: Knex.QueryBuilder<PropertyRow>,
  wanted: Wanted,
): Knex.QueryBuilder<PropertyRow, Pick<PropertyRow, 'path' | 'name' | 'value'>[]> {
  if (wanted === 'all') return query.select('path', 'name', 'value');
  if (wanted === 'names') return query.select('path', 'name').select(query.client.raw("'' as value"));
  return query.whereIn('name', wanted).select('path', 'name', 'value');
}

async function sizesIn(database: Knex, paths: readonly ServerPath[]): Promise<Sizes> {
  const query = database<PropertyRow>('properties').whereIn('path', paths).groupBy('path');
  return sizesOf(await orUnavailable(query.select('path').sum({ bytes: 'bytes' })));
}

function sizesOf(rows: readonly { path: ServerPath; bytes: number | string }[]): Sizes {
  const sizes = new Map<ServerPath, number>();
  for (const { path, bytes } of rows) sizes.set(path, (sizes.get(path) ?? 0) + Number(bytes));
  return sizes;
}
