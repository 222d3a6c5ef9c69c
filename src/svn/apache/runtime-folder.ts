import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';
import { closedTo } from './folder-access.js';
import type { RuntimeUser } from './runtime-user.js';

/**
 * A path at which `user`, or the caller if there is none, can create and remove a folder. Creates nothing yet.
 * @param parents folders that may contain it, best first
 * @returns an absolute path that nobody can guess, its parent without symbolic links
 * @throws Failure `internal` if no parent is suitable
 */
export async function runtimeFolderPath(
  parents: readonly string[],
  user: RuntimeUser | undefined,
): Promise<string> {
  for (const parent of parents) {
    if (user !== undefined && (await closedTo(user, parent, 'write')) !== undefined) continue;
    return join(await realpath(parent), `.davgate-apache-${randomBytes(12).toString('hex')}`);
  }
  throw new Failure('internal', `The user ${user?.name ?? ''} cannot write to any temporary folder.`);
}
