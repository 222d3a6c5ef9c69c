import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';

interface NamedRepository {
  readonly name: string;
  /** When something was last added to its folder, in milliseconds since the epoch. */
  readonly modified: number;
}

/**
 * The repositories in a folder: subfolders with the `format` file that svnadmin creates. Hidden folders do not count.
 * @throws Failure `unavailable` if the folder cannot be read
 */
export async function repositoriesIn(folder: string): Promise<readonly NamedRepository[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new Failure('unavailable', 'The repositories cannot be listed.', { cause });
  }
  const found: NamedRepository[] = [];
  for (const name of names.sort()) {
    if (name.startsWith('.')) continue;
    const modified = await modifiedAt(join(folder, name));
    if (modified !== undefined) found.push({ name, modified });
  }
  return found;
}

async function modifiedAt(folder: string): Promise<number | undefined> {
  try {
    const format = await stat(join(folder, 'format'));
    return format.isFile() ? (await stat(folder)).mtimeMs : undefined;
  } catch {
    return undefined;
  }
}
