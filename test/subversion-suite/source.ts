import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Subversion's sources, and what its helper programs are compiled against. */
export interface SubversionSource {
  /** Absolute. */
  readonly folder: string;
  /** Folders with the headers of the Apache Portable Runtime. */
  readonly headers: readonly string[];
}

/**
 * The sources that `npm run subversion-suite` has fetched, or those that `DAVGATE_SUBVERSION_SOURCE` names.
 * @throws Error where they are not there
 */
export async function subversionSource(env: NodeJS.ProcessEnv): Promise<SubversionSource> {
  const folder = env.DAVGATE_SUBVERSION_SOURCE ?? '';
  const main = join(folder, 'subversion/tests/cmdline/svntest/main.py');
  if (folder === '' || !(await isReadable(main)))
    throw new Error('DAVGATE_SUBVERSION_SOURCE must name a folder with the sources of Subversion.');
  const roots = ['/usr/include', ...(env.DAVGATE_SUBVERSION_HEADERS ?? '').split(':')];
  const headers = roots.filter((root) => root !== '').flatMap((root) => [`${root}/apr-1.0`, `${root}/apr-1`]);
  return { folder, headers };
}

async function isReadable(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}
