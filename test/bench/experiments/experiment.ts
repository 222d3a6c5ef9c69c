import type { LoadResult } from '../load/load.js';
import { runLoad, type Load } from '../load/load.js';
import { treeTime } from '../process-tree.js';
import type { PeerName, RowName } from '../rows.js';
import type { Fleet, Server } from '../servers/fleet.js';
import type { Site } from '../servers/site.js';

/** One measurement of a row. */
export interface Sample {
  /** In the row's unit. */
  readonly figure: number;
  /** Microseconds of the server's processor time, user and system, for each of what the row counts. */
  readonly microseconds?: number;
  /** What the load generator took. */
  readonly generator?: Pick<LoadResult, 'generatorMicroseconds' | 'generatorBusy'>;
}

export type Samples = Readonly<Partial<Record<RowName, Sample>>>;

/** What experiments run with. */
export interface Bench {
  readonly site: Site;
  readonly fleet: Fleet;
  /** How long a load lasts. */
  readonly seconds: number;
  /** How many requests a load has at least, in a run that does not count: for those that compile their code meanwhile. */
  readonly leastSteps?: number;
  /** Connections of a load. */
  readonly clients: number;
}

/** What fills some rows, measured for one server at a time. */
export interface Experiment {
  /** The rows that a run fills together. */
  readonly rows: readonly RowName[];
  /** Those that can do it. */
  readonly peers: readonly PeerName[];
  /** Whether a first run of each server does not count. Default: it does not. */
  readonly withoutWarmUp?: boolean;
  /** Makes the files that are served, before any server starts: some remember what a folder holds. */
  makeFiles?(site: Site, peers: readonly PeerName[]): Promise<void>;
  /** Makes what else is needed, before the first run. */
  prepare?(bench: Bench, servers: readonly Server[]): Promise<void>;
  /** @param turn counts the runs for this server, from 0 @throws Error for any answer but the expected one */
  run(server: Server, bench: Bench, turn: number): Promise<Samples>;
  /** Ends what `prepare` has started. */
  end?(): Promise<void>;
}

/** Runs a load against a server. @returns steps a second */
export async function rateOf(server: Server, load: Omit<Load, 'port'>): Promise<Sample> {
  const before = treeTime(server.pid);
  const { steps, seconds, ...generator } = await runLoad({ ...load, port: server.port });
  return { figure: steps / seconds, microseconds: (treeTime(server.pid) - before) / steps, generator };
}

/** Does something once. @returns seconds */
export async function timeOf(server: Server, action: () => Promise<unknown>): Promise<Sample> {
  const before = treeTime(server.pid);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await action();
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    figure: seconds,
    microseconds: treeTime(server.pid) - before,
    generator: {
      generatorMicroseconds: user + system,
      generatorBusy: (user + system) / (seconds * 1_000_000),
    },
  };
}
