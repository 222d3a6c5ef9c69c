import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFile, isFolder } from '../files.js';

const shown = 3;

/** Whether svnadmin created this folder, so that Apache would serve it. */
function isRepository(folder: string): boolean {
  return isFile(join(folder, 'format')) && isFolder(join(folder, 'db'));
}

/**
 * Detects a folder of the wrong kind: Apache would serve the inside of a repository as repositories.
 * @param folder absolute
 * @returns what follows its name in a sentence, with a remedy; undefined if it is right or cannot be listed
 */
export function wrongSvnFolder(kind: 'repositories' | 'repository', folder: string): string | undefined {
  const names = namesIn(folder);
  if (names === undefined) return undefined;
  if (names.includes('.svn')) {
    return 'is a working copy that svn checked out; name the folder that svnadmin created';
  }
  if (kind === 'repositories') {
    return isRepository(folder)
      ? 'is a single repository, not a folder of repositories: declare it as "repository", or name the folder that contains it'
      : undefined;
  }
  if (isRepository(folder)) return undefined;
  const held = names.filter((name) => isRepository(join(folder, name))).sort();
  if (held.length === 0) return 'is not a Subversion repository; create one with svnadmin create';
  const more = held.length > shown ? ' …' : '';
  return (
    `is not a repository, but contains ${held.slice(0, shown).join(', ')}${more}: ` +
    'declare it as "repositories", or name one of them'
  );
}

function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}
