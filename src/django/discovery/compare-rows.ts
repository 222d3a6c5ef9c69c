import type { Knex } from 'knex';
import { connectionFact, type Facts, readFacts } from '../read-facts.js';
import type { DjangoSite } from '../site.js';
import { tablesRead } from '../tables-found.js';
import { hasSameUsers } from './sampled-users.js';
import type { SeenBySite } from './seen-by-site.js';
import type { DatabaseLocation } from '../../database/location.js';

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

/** Variables that together identify a MySQL or MariaDB server. */
const serverVariables = ['hostname', 'port', 'datadir', 'server_id', 'server_uid', 'server_uuid'] as const;

/** Facts that the members of one cluster share, and which imply the same rows. */
const clusterFacts = ['wsrep_cluster_state_uuid', 'group_replication_group_name'] as const;

/** Seconds by which a start time may seem to differ, because it is computed from whole seconds. */
const startTolerance = 5;

/** Whether two connections lead to the same server, or to servers with the same rows. */
function isSameServer(kind: DatabaseLocation['kind'], some: Facts, others: Facts): boolean {
  const equal = (fact: string): boolean => connectionFact(some, fact) === connectionFact(others, fact);
  switch (kind) {
    case 'sqlite':
      return equal('file');
    case 'postgresql': {
      if (equal('started')) return true;
      const standby = [some, others].some((facts) => connectionFact(facts, 'standby') === 'true');
      // A copy of a server has its identifier too: only a standby follows its primary.
      return standby && connectionFact(some, 'system') !== undefined && equal('system');
    }
    case 'mysql':
      if (clusterFacts.some((fact) => (connectionFact(some, fact) ?? '') !== '' && equal(fact))) return true;
      return serverVariables.every(equal) && Math.abs(startOf(some) - startOf(others)) <= startTolerance;
  }
}

function startOf(facts: Facts): number {
  return Number(connectionFact(facts, 'now')) - Number(connectionFact(facts, 'uptime'));
}
