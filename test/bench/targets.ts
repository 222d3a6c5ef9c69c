import type { Results } from './results.js';
import { advantage, peers, row, type PeerName, type RowName } from './rows.js';

/** What davgate is to reach in a row. */
interface Target {
  readonly row: RowName;
  /** Speed and processor time are compared with another server, or with another row of davgate itself. */
  readonly of: 'speed' | 'time' | 'figure';
  readonly against?: PeerName | RowName;
  readonly bound: { readonly least: number } | { readonly most: number };
  /** What is hoped for, and not asked for. */
  readonly aim?: boolean;
}

const least = (number: number) => ({ least: number });
const most = (number: number) => ({ most: number });

const small: readonly RowName[] = ['get', 'not-modified', 'propfind-0'];
const svn: readonly RowName[] = ['svn-checkout', 'svn-export', 'svn-update', 'svn-commit', 'svn-log'];

/** The targets, for two cores and two workers. */
export const targets: readonly Target[] = [
  ...small.flatMap((name): Target[] => [
    { row: name, of: 'speed', against: 'apache', bound: least(1) },
    { row: name, of: 'time', against: 'apache', bound: most(1) },
    { row: name, of: 'time', against: 'floor', bound: most(1.3) },
  ]),
  { row: 'put-relaxed', of: 'speed', against: 'apache', bound: least(1) },
  { row: 'put-relaxed', of: 'time', against: 'apache', bound: most(1) },
  { row: 'put-durable', of: 'speed', against: 'apache', bound: least(0.6) },
  { row: 'put-durable', of: 'time', against: 'apache', bound: most(1) },
  { row: 'list-10000-seven', of: 'speed', against: 'apache', bound: least(2) },
  { row: 'list-10000-seven', of: 'speed', against: 'nginx', bound: least(0.5) },
  { row: 'get-512', of: 'speed', against: 'apache', bound: least(0.6) },
  { row: 'get-512', of: 'speed', against: 'rclone', bound: least(1.5) },
  { row: 'put-512', of: 'speed', against: 'apache', bound: least(1) },
  { row: 'put-512', of: 'speed', against: 'nginx', bound: least(1), aim: true },
  ...svn.map((name): Target => ({ row: name, of: 'speed', against: 'apache', bound: least(1 / 1.15) })),
  { row: 'memory-worker', of: 'figure', bound: most(90) },
  { row: 'memory-listing', of: 'figure', against: 'memory-listing-1000', bound: most(1.25) },
  { row: 'authentication', of: 'figure', bound: least(0.95) },
];

/** Two workers against one: their rate says it only where the load generator has processors of its own. */
const secondWorker = (sharedCores: boolean): Target => ({
  row: sharedCores ? 'second-worker-time' : 'second-worker',
  of: 'figure',
  bound: least(1.7),
});

export interface Verdict {
  /** What is compared, and the target, in words. */
  readonly what: string;
  readonly target: string;
  /** Undefined where this run did not measure it. */
  readonly reached: number | undefined;
  readonly met: boolean | undefined;
  readonly aim: boolean;
}

/** @param sharedCores whether the load generator ran on the servers' processors */
export function judge(results: Results, sharedCores: boolean): Verdict[] {
  return [...targets, secondWorker(sharedCores)].map((target) => {
    const { bound, aim = false } = target;
    const reached = reachedBy(results, target);
    const [limit, words] = 'least' in bound ? [bound.least, 'at least'] : [bound.most, 'at most'];
    return {
      what: inWords(target),
      target: `${words} ${Number(limit.toPrecision(3))}`,
      reached,
      met: reached === undefined ? undefined : 'least' in bound ? reached >= limit : reached <= limit,
      aim,
    };
  });
}

function reachedBy(results: Results, { row: name, of, against }: Target): number | undefined {
  const ours = results.get(name, 'davgate');
  if (!ours) return undefined;
  if (against === undefined) return ours.figure;
  const theirs = isPeer(against) ? results.get(name, against) : results.get(against, 'davgate');
  if (!theirs) return undefined;
  if (of === 'speed') return advantage(row(name).unit, ours.figure, theirs.figure);
  if (of === 'figure') return ours.figure / theirs.figure;
  if (ours.microseconds === undefined || theirs.microseconds === undefined) return undefined;
  return ours.microseconds / theirs.microseconds;
}

function inWords({ row: name, of, against }: Target): string {
  const { title, unit } = row(name);
  if (against === undefined) return unit === 'ratio' ? title : `${title}, ${unit}`;
  if (!isPeer(against)) return `${title}, against: ${row(against).title}`;
  return `${title}: ${of === 'time' ? 'processor time' : 'speed'} against ${peers[against]}`;
}

function isPeer(name: PeerName | RowName): name is PeerName {
  return Object.hasOwn(peers, name);
}
