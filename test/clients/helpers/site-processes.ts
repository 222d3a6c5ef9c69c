import { readdirSync, readFileSync } from 'node:fs';

/** The processes, with their command lines, that sign people in at the site in this folder and have not ended. */
export function processesOf(project: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const isOne = line.some((word) => word.endsWith('/sign_in.py')) && line.includes(project);
      if (isOne) found.set(Number(name), line.join(' '));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** The environment of such a process; empty for everybody but root, whom alone it is shown. */
export function environmentOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch (error) {
    if (process.geteuid?.() !== 0 && error instanceof Error && error.message.startsWith('EACCES')) return '';
    throw error;
  }
}
