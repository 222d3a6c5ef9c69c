import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second in which proc(5) gives times, on every Linux that Node runs on. */
const ticks = 100;

/** A process and all its descendants, as they are now. */
export function processTree(pid: number): number[] {
  const children = tasks(pid).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`)
      .split(' ')
      .filter((text) => text.trim() !== '')
      .map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/**
 * Microseconds that a server has run for, user and system: all threads of its processes (schedstat, in nanoseconds), and
 * the descendants that have ended and been waited for. A thread that ends earlier than its process is lost.
 */
export function treeTime(pid: number): number {
  return processTree(pid).reduce((sum, process) => {
    const running = tasks(process).reduce(
      (total, task) => total + threadTime(read(`/proc/${process}/task/${task}/schedstat`)),
      0,
    );
    return sum + running + endedChildrenTime(read(`/proc/${process}/stat`));
  }, 0);
}

/** Microseconds on the processor, by a thread's schedstat. */
export function threadTime(schedstat: string): number {
  return Number(schedstat.split(' ', 1)[0]) / 1000;
}

/** Microseconds of descendants that have ended and been waited for (cutime and cstime), by a process's stat. */
export function endedChildrenTime(stat: string): number {
  // The second field is a program's name in brackets, which may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / ticks) * 1_000_000;
}

/** What a server's processes hold. */
export interface TreeMemory {
  /** Megabytes of all processes, pages that several share counted once (proportional set size). */
  readonly all: number;
  /** Megabytes of the process that holds most, counted likewise. */
  readonly largest: number;
}

export function treeMemory(pid: number): TreeMemory {
  const each = processTree(pid).map((process) => proportionalSize(read(`/proc/${process}/smaps_rollup`)));
  return { all: each.reduce((sum, size) => sum + size, 0), largest: Math.max(...each) };
}

/** Megabytes, by a process's smaps_rollup; 0 if it has ended. */
export function proportionalSize(smaps: string): number {
  return Number(/^Pss: +(\d+) kB$/m.exec(smaps)?.[1] ?? 0) / 1024;
}

function tasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty if the process has ended in between. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
