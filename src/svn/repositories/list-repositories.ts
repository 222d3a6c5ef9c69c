import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';

/** A repository in a folder of repositories. */
export interface NamedRepository {
  readonly name: string;
  /** Milliseconds since the epoch: when something was last added to its folder. */
  readonly modified: number;
}

/**
 * The repositories in a folder: what has the `format` file that svnadmin makes. Hidden folders are none.
 * @throws Failure `unavailable` when the folder cannot be read
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
