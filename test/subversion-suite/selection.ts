import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SubversionSource } from './source.js';
import type { Selection } from './test-run.js';

/** Programs of the suite that ask no server, or only for redirects, which shares have not; run where they are named. */
const unlisted: ReadonlySet<string> = new Set(['getopt', 'redirect', 'svnfsfs']);

/**
 * The programs of the suite that are asked for; those that speak to a server where none is.
 * @param asked each `NAME`, or `NAME:NUMBER` for one test of it
 * @throws Error for a name that the suite does not have
 */
export async function selected(
  source: SubversionSource,
  asked: readonly string[],
): Promise<readonly Selection[]> {
  const files = await readdir(join(source.folder, 'subversion/tests/cmdline'));
  const names = files
    .filter((file) => file.endsWith('_tests.py'))
    .map((file) => file.slice(0, -'_tests.py'.length))
    .sort();
  if (asked.length === 0) {
    return names.filter((name) => !unlisted.has(name)).map((name) => ({ name, numbers: [] }));
  }
  const numbers = new Map<string, string[]>();
  for (const [name = '', number] of asked.map((word) => word.split(':', 2))) {
    if (!names.includes(name)) throw new Error(`There is no "${name}", only ${names.join(', ')}.`);
    const before = numbers.get(name) ?? [];
    numbers.set(name, number === undefined ? before : [...before, number]);
  }
  return [...numbers].map(([name, wanted]) => ({ name, numbers: wanted }));
}
