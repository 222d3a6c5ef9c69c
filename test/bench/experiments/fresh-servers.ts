import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../load/connection.js';
import { openConnections, runLoad, type Step } from '../load/load.js';
import { sent } from '../load/expect.js';
import { propfindBytes, requestBytes } from '../load/requests.js';
import { treeMemory, treeTime } from '../process-tree.js';
import { peerNames, type PeerName } from '../rows.js';
import type { Server } from '../servers/fleet.js';
import { declaresWorkers } from '../servers/davgate.js';
import { listFolder } from './listings.js';
import { rateOf, type Bench, type Experiment, type Sample, type Samples } from './experiment.js';

const idle = 1000;
/** Milliseconds without requests before memory counts as that at rest. */
const rest = 2000;
const small = '/files/small.txt';
const listers: readonly PeerName[] = ['davgate', 'apache', 'nginx', 'lighttpd', 'rclone'];

/**
 * Start, and memory at rest after some work, with idle connections and while a listing goes out: of a server started for
 * the purpose.
 */
export const freshServers: Experiment = {
  rows: ['start-up', 'memory-rest', 'memory-worker', 'memory-idle', 'memory-listing-1000', 'memory-listing'],
  peers: peerNames,
  withoutWarmUp: true,
  makeFiles: async (site) => {
    for (const entries of [1000, 100_000]) await site.needListing(entries);
  },
  run: async ({ name }, bench) => {
    const begun = performance.now();
    const server = await bench.fleet.start(name);
    if (!server) throw new Error(`${name} did not start again.`);
    const started = { figure: (performance.now() - begun) / 1000, microseconds: treeTime(server.pid) };
    try {
      return { 'start-up': started, ...(await memory(server, bench)) };
    } finally {
      await server.end();
    }
  },
};

async function memory(server: Server, { clients }: Bench): Promise<Samples> {
  const get = requestBytes(server, { method: 'GET', path: small });
  const propfind = propfindBytes(server, small, '0', 'seven');
  const step: Step = async (connection) => {
    await sent(connection, get, [200]);
    await sent(connection, propfind, [207]);
  };
  await runLoad({ port: server.port, clients, seconds: 1, step });
  await delay(rest);
  const atRest = treeMemory(server.pid);
  const held = await openConnections(server.port, idle);
  // Where each request with a password takes a derivation, they are told to send one.
  const refused = server.name === 'mod_wsgi';
  const first = refused ? requestBytes({ port: server.port }, { method: 'GET', path: small }) : get;
  for (const connection of held) await sent(connection, first, [refused ? 401 : 200]);
  const withIdle = treeMemory(server.pid);
  for (const connection of held) connection.close();
  const listed = listers.includes(server.name)
    ? {
        'memory-listing-1000': await peak(server, 1000, 20),
        'memory-listing': await peak(server, 100_000, 1),
      }
    : {};
  return {
    'memory-rest': { figure: atRest.all },
    'memory-worker': { figure: atRest.largest },
    'memory-idle': { figure: withIdle.all },
    ...listed,
  };
}

/** The largest process, looked at again and again while listings go out. */
async function peak(server: Server, entries: number, times: number): Promise<Sample> {
  const [connection] = await openConnections(server.port, 1);
  if (!connection) throw new Error('No connection.');
  const list = listFolder(server, entries, 'seven');
  let most = treeMemory(server.pid).largest;
  const watch = setInterval(() => {
    most = Math.max(most, treeMemory(server.pid).largest);
  }, 20);
  try {
    await repeat(connection, list, times);
    return { figure: Math.max(most, treeMemory(server.pid).largest) };
  } finally {
    clearInterval(watch);
    connection.close();
  }
}

async function repeat(connection: Connection, step: Step, times: number): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) await step(connection, 0, turn);
}

/** GETs by two workers against GETs by one, where davgate has workers. */
export function secondWorker(): Experiment {
  const servers = new Map<number, Server>();
  return {
    rows: ['second-worker', 'second-worker-time'],
    peers: declaresWorkers() ? ['davgate'] : [],
    prepare: async ({ fleet }) => {
      for (const workers of [1, 2]) {
        const server = await fleet.start('davgate', workers);
        if (server) servers.set(workers, server);
      }
    },
    run: async (_server, bench) => {
      const [one, two] = [await gets(servers.get(1), bench), await gets(servers.get(2), bench)];
      return {
        'second-worker': { figure: two.figure / one.figure },
        'second-worker-time': {
          figure: (2 * (one.microseconds ?? Number.NaN)) / (two.microseconds ?? Number.NaN),
        },
      };
    },
    end: async () => {
      for (const server of servers.values()) await server.end();
    },
  };
}

async function gets(server: Server | undefined, { clients, seconds }: Bench): Promise<Sample> {
  if (!server) throw new Error('davgate did not start with other workers.');
  const get = requestBytes(server, { method: 'GET', path: small });
  const step: Step = async (connection) => {
    await sent(connection, get, [200]);
  };
  return rateOf(server, { clients, seconds, step });
}
