import { readFileSync } from 'node:fs';
import { run } from '../clients/helpers/programs.js';

/** Which processors (numbers as in proc(5)) the servers and the load generator run on. */
export interface Cores {
  readonly servers: readonly number[];
  /** The same as the servers', where there are no others. */
  readonly generator: readonly number[];
}

/** @param wanted how many processors the servers get, if there are as many */
export function shareOut(allowed: readonly number[], wanted: number): Cores {
  const servers = allowed.slice(0, wanted);
  const others = allowed.slice(wanted);
  return { servers, generator: others.length > 0 ? others : servers };
}

/** Parses a list of processors such as `0-2,5`. */
export function parseCores(list: string): number[] {
  return list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** The processors that this process may run on. */
export function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return parseCores(list ?? '0');
}

/** Pins this process; what it starts from then on runs there too. */
export async function pinSelf(cores: readonly number[]): Promise<void> {
  await run('taskset', ['--all-tasks', '--pid', '--cpu-list', cores.join(','), String(process.pid)]);
}

/** Runs `start` so that the processes which it starts are pinned to the servers' processors. */
export async function onServerCores<Started>(cores: Cores, start: () => Promise<Started>): Promise<Started> {
  await pinSelf(cores.servers);
  try {
    return await start();
  } finally {
    await pinSelf(cores.generator);
  }
}
