import type { MemberProperties, MemberRun, Wanted } from '../dav/properties/property-store.js';
import type { ServerPath } from '../http/target.js';
import type { CommittedRows } from './committed-rows.js';
import type { SelectedRow } from './selected.js';

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
  rowsOf: CommittedRows<SelectedRow>,
  parent: ServerPath,
  wanted: Wanted,
): Promise<MemberProperties | undefined> {
  const rows = await rowsOf(
    `select path, bytes from properties where parent = ? limit ${rememberedRows + 1}`,
    [parent],
  );
  if (rows.length === 0) return undefined;
  const all = rows.length <= rememberedRows ? sizesOf(rows) : undefined;
  return {
    async *of(paths) {
      for (let from = 0; from < paths.length; from += membersPerQuestion) {
        const some = paths.slice(from, from + membersPerQuestion);
        yield* runsOf(rowsOf, some, wanted, all ?? (await sizesIn(rowsOf, some)));
      }
    },
  };
}

async function* runsOf(
  rowsOf: CommittedRows<SelectedRow>,
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
      yield { paths: members, found: await read(rowsOf, holders, wanted) };
      [members, bytes, holders] = [0, 0, []];
    }
    members += 1;
    bytes += size;
    if (size > 0) holders.push(path);
  }
  yield { paths: members, found: await read(rowsOf, holders, wanted) };
}

async function read(
  rowsOf: CommittedRows<SelectedRow>,
  paths: readonly ServerPath[],
  wanted: Wanted,
): Promise<MemberRun['found']> {
  const found = new Map<ServerPath, Map<string, string>>();
  if (paths.length === 0) return found;
  const names = typeof wanted === 'string' ? [] : wanted;
  const rows = await rowsOf(
    `select path, name, ${wanted === 'names' ? "''" : ''} value from properties where path in (${list(paths)})` +
      (names.length > 0 ? ` and name in (${list(names)})` : ''),
    [...paths, ...names],
  );
  for (const { path, name, value } of rows) {
    const properties = found.get(path);
    if (properties) properties.set(name, value);
    else found.set(path, new Map([[name, value]]));
  }
  return found;
}

async function sizesIn(rowsOf: CommittedRows<SelectedRow>, paths: readonly ServerPath[]): Promise<Sizes> {
  return sizesOf(
    await rowsOf(
      `select path, sum(bytes) as bytes from properties where path in (${list(paths)}) group by path`,
      paths,
    ),
  );
}

function list(items: readonly unknown[]): string {
  return items.map(() => '?').join();
}

function sizesOf(rows: readonly { path: ServerPath; bytes: number | string }[]): Sizes {
  const sizes = new Map<ServerPath, number>();
  for (const { path, bytes } of rows) sizes.set(path, (sizes.get(path) ?? 0) + Number(bytes));
  return sizes;
}
