import type { Plan } from './arguments.js';
import { allowedCores, pinSelf, shareOut, type Cores } from './cores.js';
import type { Bench, Experiment } from './experiments/experiment.js';
import { freshServers, secondWorker } from './experiments/fresh-servers.js';
import { largeBodies } from './experiments/large-bodies.js';
import { listings } from './experiments/listings.js';
import { authentication, firstLogin } from './experiments/logins.js';
import { smallRequests } from './experiments/small-requests.js';
import { svn, svnThroughModWsgi } from './experiments/svn.js';
import { trees } from './experiments/trees.js';
import { Results } from './results.js';
import { peers, rowNames, type PeerName } from './rows.js';
import { Fleet, type Server } from './servers/fleet.js';
import { makeSite } from './servers/site.js';

/** What a run has measured. */
export interface TableRun {
  readonly results: Results;
  readonly cores: Cores;
  /** Of servers that failed at something, and of those that are not installed. */
  readonly failures: readonly string[];
}

/** Connections of a load. */
const clients = 16;

/** Measures what the plan asks for: all servers run, and each experiment takes them in turns. */
export async function measureTable(plan: Plan, say: (line: string) => void): Promise<TableRun> {
  const cores = shareOut(allowedCores(), plan.cores);
  await pinSelf(cores.generator);
  const site = await makeSite(plan.peers);
  const fleet = new Fleet(site, cores);
  const servers: Server[] = [];
  const failures: string[] = [];
  const results = new Results();
  try {
    const chosen = experiments().filter(({ rows }) => rows.some((name) => isAsked(plan, name)));
    for (const experiment of chosen) {
      const able = plan.peers.filter((name) => experiment.peers.includes(name));
      await experiment.makeFiles?.(site, able);
    }
    for (const name of plan.peers.filter((peer) => chosen.some((one) => one.peers.includes(peer)))) {
      const server = await fleet.start(name);
      if (server) servers.push(server);
      else failures.push(`${peers[name]} is not installed.`);
    }
    const bench: Bench = { site, fleet, seconds: plan.seconds, clients };
    for (const experiment of chosen) {
      const begun = performance.now();
      const able = servers.filter(({ name }) => experiment.peers.includes(name));
      const failed = await inTurns(experiment, able, bench, { plan, results });
      for (const failure of failed) say(failure);
      failures.push(...failed);
      if (able.length > 0)
        say(`${experiment.rows.join(', ')}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    }
    return { results, cores, failures };
  } finally {
    for (const server of servers) await server.end();
    await site.dispose();
  }
}

function experiments(): readonly Experiment[] {
  return [
    ...smallRequests,
    ...listings,
    trees,
    ...largeBodies,
    svn,
    svnThroughModWsgi,
    firstLogin,
    authentication,
    secondWorker(),
    freshServers,
  ];
}

function isAsked({ rows }: Plan, name: (typeof rowNames)[number]): boolean {
  return rows?.includes(name) ?? true;
}

interface Destination {
  readonly plan: Plan;
  readonly results: Results;
}

/** @returns what failed; whoever fails once is left out from then on */
async function inTurns(
  experiment: Experiment,
  servers: readonly Server[],
  bench: Bench,
  { plan, results }: Destination,
): Promise<string[]> {
  const failures: string[] = [];
  const failed = new Set<PeerName>();
  if (servers.length === 0) return failures;
  const first = experiment.withoutWarmUp === true ? 0 : -1;
  const warming = { ...bench, seconds: 2 * bench.seconds, leastSteps: 5000 };
  try {
    await experiment.prepare?.(bench, servers);
    for (let round = first; round < plan.rounds; round += 1) {
      for (const server of rotated(servers, round).filter(({ name }) => !failed.has(name))) {
        try {
          const samples = await experiment.run(server, round < 0 ? warming : bench, round - first);
          if (round >= 0)
            results.add(
              server.name,
              Object.fromEntries(
                experiment.rows.filter((name) => isAsked(plan, name)).map((name) => [name, samples[name]]),
              ),
            );
        } catch (error) {
          failed.add(server.name);
          failures.push(`${peers[server.name]}, ${experiment.rows.join(', ')}: ${messageOf(error)}`);
        }
      }
    }
  } catch (error) {
    failures.push(`${experiment.rows.join(', ')}: ${messageOf(error)}`);
  } finally {
    await experiment.end?.();
  }
  return failures;
}

/** Another server is first in each round, so that none always has the warm processor. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = ((by % items.length) + items.length) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
