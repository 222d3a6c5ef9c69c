import { readdir, readFile } from 'node:fs/promises';
import { run } from '../clients/helpers/programs.js';

/** 16 clients that keep their connections ask for one URL. @returns requests per second */
export async function manyGets(url: string, requests: number, args: readonly string[] = []): Promise<number> {
  const out = await run('ab', ['-q', '-k', '-n', String(requests), '-c', '16', ...args, url]);
  const failed = /Failed requests:\s+(\d+)/.exec(out)?.[1];
  if (out.includes('Non-2xx') || failed !== '0') throw new Error(out);
  return Number(/Requests per second:\s+([\d.]+)/.exec(out)?.[1]);
}

/** Nanoseconds that all threads of a process have run for (proc(5), schedstat): load on the machine adds little. */
export async function processorTime(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')),
  );
  return times.reduce((sum, text) => sum + Number(text.split(' ', 1)[0]), 0);
}
