import type { Plan } from './arguments.js';
import { allowedCores, pinSelf, shareOut, type Cores } from './cores.js';
import { rateOf } from './experiments/experiment.js';
import { listFolder } from './experiments/listings.js';
import { fitPowerLaw, type PowerLaw } from './fit.js';
import type { Step } from './load/load.js';
import { sent } from './load/expect.js';
import { requestBytes } from './load/requests.js';
import { median } from './measuring.js';
import { markdownTable, rounded } from './render.js';
import { peers, type PeerName } from './rows.js';
import { declaresWorkers } from './servers/davgate.js';
import { Fleet, type Server } from './servers/fleet.js';
import { makeSite } from './servers/site.js';

/** How a figure of one server changes with a size. */
export interface Curve {
  readonly title: string;
  readonly server: string;
  /** Sizes, each with its median. */
  readonly points: readonly (readonly [size: number, value: number])[];
}

export interface GrowthRun {
  readonly curves: readonly Curve[];
  readonly cores: Cores;
}

const entries = [1000, 10_000, 100_000] as const;
const clients = [1, 2, 4, 8, 16, 32, 64] as const;

/** What is measured for each size. */
interface Series {
  readonly title: string;
  readonly sizes: readonly number[];
  measure(server: Server, size: number, seconds: number): Promise<number>;
}

const listing: Series = {
  title: 'PROPFIND, seven properties: milliseconds by members',
  sizes: entries,
  measure: async (server, size, seconds) => {
    const load = { clients: 1, seconds, step: listFolder(server, size, 'seven') };
    return 1000 / (await rateOf(server, load)).figure;
  },
};

const manyClients: Series = {
  title: 'GET of 1 KB: requests a second by clients',
  sizes: clients,
  measure: (server, size, seconds) => getsPerSecond(server, size, seconds),
};

/** Measures the sizes in turns, so that what disturbs the machine disturbs all alike. */
export async function measureGrowth(plan: Plan, say: (line: string) => void): Promise<GrowthRun> {
  const cores = shareOut(allowedCores(), plan.cores);
  await pinSelf(cores.generator);
  const site = await makeSite(plan.peers);
  const fleet = new Fleet(site, cores);
  const servers: Server[] = [];
  try {
    for (const size of entries) await site.needListing(size);
    for (const name of plan.peers) {
      const server = await fleet.start(name);
      if (server) servers.push(server);
      else say(`${peers[name]} is not installed.`);
    }
    const curves: Curve[] = [];
    for (const series of [listing, manyClients]) {
      const able = servers.filter(({ name }) => series !== listing || lists(name));
      curves.push(...(await curvesOf(series, able, plan)));
      say(series.title);
    }
    if (declaresWorkers()) curves.push(await byWorkers(fleet, cores, plan));
    return { curves, cores };
  } finally {
    for (const server of servers) await server.end();
    await site.dispose();
  }
}

function lists(name: PeerName): boolean {
  return name !== 'mod_wsgi' && name !== 'floor';
}

async function curvesOf(series: Series, servers: readonly Server[], plan: Plan): Promise<Curve[]> {
  const taken = servers.map((server) => ({
    server,
    sizes: series.sizes.map((size) => ({ size, values: new Array<number>() })),
  }));
  for (let round = -1; round < plan.rounds; round += 1) {
    for (const { server, sizes } of taken) {
      for (const { size, values } of sizes) {
        const value = await series.measure(server, size, plan.seconds);
        if (round >= 0) values.push(value);
      }
    }
  }
  return taken.map(({ server, sizes }) => ({
    title: series.title,
    server: peers[server.name],
    points: sizes.map(({ size, values }) => [size, median(values)] as const),
  }));
}

/** One davgate for each number of workers, from one to as many as there are processors for. */
async function byWorkers(fleet: Fleet, cores: Cores, plan: Plan): Promise<Curve> {
  const started: { workers: number; server: Server; values: number[] }[] = [];
  try {
    for (let workers = 1; workers <= cores.servers.length; workers += 1) {
      const server = await fleet.start('davgate', workers);
      if (server) started.push({ workers, server, values: [] });
    }
    for (let round = -1; round < plan.rounds; round += 1) {
      for (const { server, values } of started) {
        const rate = await getsPerSecond(server, 64, plan.seconds);
        if (round >= 0) values.push(rate);
      }
    }
  } finally {
    for (const { server } of started) await server.end();
  }
  return {
    title: 'GET of 1 KB by 64 clients: requests a second by workers',
    server: peers.davgate,
    points: started.map(({ workers, values }) => [workers, median(values)] as const),
  };
}

async function getsPerSecond(server: Server, count: number, seconds: number): Promise<number> {
  const get = requestBytes(server, { method: 'GET', path: '/files/small.txt' });
  const step: Step = async (connection) => {
    await sent(connection, get, [200]);
  };
  return (await rateOf(server, { clients: count, seconds, step })).figure;
}

/** A table for each series, with the exponent and residual of each server's curve. */
export function growthTables(curves: readonly Curve[]): string {
  const titles = [...new Set(curves.map(({ title }) => title))];
  return titles
    .map((title) => {
      const those = curves.filter((curve) => curve.title === title);
      const sizes = those[0]?.points.map(([size]) => size.toLocaleString('en-GB')) ?? [];
      const body = those.map(({ server, points }) => [
        server,
        ...points.map(([, value]) => rounded(value)),
        ...fitCells(fitPowerLaw(points)),
      ]);
      return `### ${title}\n\n${markdownTable(['', ...sizes, 'exponent', 'residual'], body)}`;
    })
    .join('\n\n');
}

function fitCells(fit: PowerLaw | undefined): string[] {
  return fit === undefined ? ['–', '–'] : [fit.exponent.toFixed(2), fit.residual.toFixed(2)];
}
