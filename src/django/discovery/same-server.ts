import { connectionFact, type Facts } from '../facts.js';
import type { DatabaseLocation } from '../../database/location.js';

/** Variables that together identify a MySQL or MariaDB server. */
const serverVariables = ['hostname', 'port', 'datadir', 'server_id', 'server_uid', 'server_uuid'] as const;

/** Facts that the members of one cluster share, and which imply the same rows. */
const clusterFacts = ['wsrep_cluster_state_uuid', 'group_replication_group_name'] as const;

/** Seconds by which a start time may seem to differ, because it is computed from whole seconds. */
const startTolerance = 5;

/** Whether two connections lead to the same server, or to servers with the same rows. */
export function isSameServer(kind: DatabaseLocation['kind'], some: Facts, others: Facts): boolean {
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
