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

/** What a server's processes hold, in megabytes (2^20 bytes). */
export interface TreeMemory {
  /**
   * Of all processes. What they share with each other counts once; pages of files, of which programs of others may hold
   * the same, count in full, once.
   */
  readonly all: number;
  /** The resident set of the process whose is largest. */
  readonly largest: number;
}

export function treeMemory(pid: number): TreeMemory {
  return memoryOf(processTree(pid).map((process) => read(`/proc/${process}/smaps_rollup`)));
}

/** By the smaps_rollup (proc(5)) of each process; one that has ended has none. */
export function memoryOf(processes: readonly string[]): TreeMemory {
  const sizes = processes.map((smaps) => ({
    resident: megabytes(smaps, 'Rss'),
    own: megabytes(smaps, 'Pss_Anon') + megabytes(smaps, 'Pss_Shmem'),
    files: megabytes(smaps, 'Rss') - megabytes(smaps, 'Anonymous'),
  }));
  return {
    all: sizes.reduce((sum, { own }) => sum + own, 0) + Math.max(0, ...sizes.map(({ files }) => files)),
    largest: Math.max(0, ...sizes.map(({ resident }) => resident)),
  };
}

function megabytes(smaps: string, field: string): number {
  return Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(smaps)?.[1] ?? 0) / 1024;
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
