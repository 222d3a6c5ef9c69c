import type { Knex } from 'knex';
import { connectionFact, type Facts } from '../facts.js';
import { readFacts } from '../read-facts.js';
import type { DjangoSite } from '../site.js';
import { tablesRead } from '../tables-read.js';
import { isSameServer } from './same-server.js';
import { hasSameUsers } from './sampled-users.js';
import type { SeenBySite } from './seen-by-site.js';

/**
 * Compares what the site's own connection read with what davgate's reads.
 * @returns sentences that say why davgate must not use its rows
 * @throws the driver's error
 */
export async function compareRows(
  knex: Knex,
  site: DjangoSite,
  seen: SeenBySite,
): Promise<readonly string[]> {
  const { kind } = site.database;
  const tables = tablesRead(site);
  const own = await readFacts(knex, kind, tables);
  const elsewhere = isSameServer(kind, seen.facts, own)
    ? ['database', 'number', 'role'].flatMap((fact) => connectionDifference(fact, seen.facts, own))
    : [
        kind === 'sqlite'
          ? 'The site\u2019s own connection opens a different database file from davgate\u2019s.'
          : 'The site\u2019s own connection leads to a different database server from davgate\u2019s.',
      ];
  const secured = tables.filter((table) => own.get(table)?.get('row security') === 'true');
  const differences = [
    ...elsewhere,
    ...(seen.declared ? [] : tables.flatMap((table) => tableDifference(table, seen.facts, own))),
    ...(seen.byRequest === undefined || seen.declared ? [] : [chosenByRequest(seen.byRequest, kind)]),
    ...secured.map(securedTable),
    ...tables.flatMap((table) => notStored(table, own.get(table)?.get('kind') ?? 'table')),
    ...(seen.declared && !own.has(site.user.table)
      ? [`The schemas of "searchPath" have no table ${site.user.table}.`]
      : []),
  ];
  return differences.length === 0 && !seen.declared && own.has(site.user.table)
    ? userDifference(knex, site, seen)
    : differences;
}

/**
 * Anything but a table may show different rows to each session: by its settings, its role, its variables or its name.
 */
function notStored(table: string, kind: string): readonly string[] {
  if (kind === 'table') return [];
  return [
    `${table} is a ${kind}, and its rows may depend on the session that reads it: declare the database itself ` +
      '("database") instead of the project, with a user and settings that see the intended rows.',
  ];
}

function connectionDifference(fact: string, seen: Facts, own: Facts): readonly string[] {
  const [theirs, ours] = [connectionFact(seen, fact), connectionFact(own, fact)];
  if (theirs === ours) return [];
  const what =
    fact === 'role' ? 'has the role' : fact === 'number' ? 'is in the database number' : 'is in the database';
  return [
    `The site\u2019s own connection ${what} ${theirs ?? 'of no name'}, davgate\u2019s ${ours ?? 'in none'}.`,
  ];
}

function tableDifference(table: string, seen: Facts, own: Facts): readonly string[] {
  const [theirs, ours] = [seen.get(table), own.get(table)];
  if (['is', 'number', 'kind'].every((fact) => theirs?.get(fact) === ours?.get(fact))) return [];
  const named = (facts: typeof ours): string => {
    const name = facts?.get('is');
    const number = facts?.get('number');
    return name === undefined ? 'not there' : number === undefined ? name : `${name} (number ${number})`;
  };
  return [
    `The table ${table} is ${named(theirs)} for the site\u2019s own connection, ${named(ours)} for davgate\u2019s.`,
  ];
}

function chosenByRequest(what: string, kind: DjangoSite['database']['kind']): string {
  const remedy =
    kind === 'postgresql'
      ? 'declare the schemas in which to look for users, as "searchPath"'
      : 'declare the database itself ("database") instead of the project';
  return `${what} may choose different rows for each request, and looking at a connection does not show which: ${remedy}.`;
}

function securedTable(table: string): string {
  return (
    `The visible rows of ${table} depend on the session that reads it (row-level security): declare the database ` +
    'itself ("database") instead of the project, with a role that sees the intended rows.'
  );
}

async function userDifference(
  knex: Knex,
  { user }: DjangoSite,
  { users }: SeenBySite,
): Promise<readonly string[]> {
  if (await hasSameUsers(knex, user, users)) return [];
  return [`The site\u2019s own connection finds different users in ${user.table} from davgate\u2019s.`];
}
