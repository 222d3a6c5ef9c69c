import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../helpers/until.js';
import type { LogLine, TestDavgate } from './davgate.js';
import { run } from './programs.js';

/** Gives the sample's declaration two workers, which cannot share its storage module. */
export function withTwoWorkers(declaration: Record<string, unknown>): void {
  const { shares } = declaration;
  assert.ok(Array.isArray(shares));
  declaration.workers = 2;
  declaration.shares = shares.filter((share: { path: string }) => share.path !== '/scratch');
}

/** Adds a WebDAV share for everybody on a new folder of the sample. */
export async function withFolder(
  declaration: Record<string, unknown>,
  folder: string,
  name: string,
  more: object = {},
): Promise<void> {
  const { shares } = declaration;
  assert.ok(Array.isArray(shares));
  await mkdir(join(folder, name), { recursive: true });
  const share = { path: `/${name}`, kind: 'webdav', root: `./${name}`, require: { staff: false }, ...more };
  declaration.shares = [...shares.map((known: unknown) => known), share];
}

/** The processes below a davgate: its workers, and everything else. */
export async function processesOf(davgate: TestDavgate): Promise<{ workers: number[]; all: number[] }> {
  const table = await run('ps', ['-eo', 'pid=,ppid=,args=']);
  const processes = table.split('\n').flatMap((line) => {
    const [pid, parent, ...words] = line.trim().split(/\s+/);
    return parent === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args: words.join(' ') }];
  });
  const below = (parent: number): number[] =>
    processes.filter((process) => process.parent === parent).flatMap(({ pid }) => [pid, ...below(pid)]);
  const { pid } = davgate.process;
  assert.ok(pid !== undefined);
  const workers = processes.filter(
    ({ parent, args }) => parent === pid && args.includes('worker-program.js'),
  );
  return { workers: workers.map((worker) => worker.pid), all: below(pid) };
}

export async function untilGone(pids: readonly number[]): Promise<void> {
  await until(
    () => pids.every((pid) => !existsSync(`/proc/${pid}`)),
    `the processes ${pids.join()} have ended`,
  );
}

/** The workers that have answered requests, or those of one method, for paths that begin like this. */
export function answering(log: readonly LogLine[], path: string, of?: string): Set<unknown> {
  const lines = log.filter(
    ({ msg, method, path: asked }) =>
      msg === 'request' && String(asked).startsWith(path) && (of ?? method) === method,
  );
  return new Set(lines.map(({ worker }) => worker));
}

/** How many answers had each status. */
export function byStatus(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
