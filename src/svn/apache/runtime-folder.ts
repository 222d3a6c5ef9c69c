import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.js';
import { closedTo } from './folder-access.js';
import type { RuntimeUser } from './runtime-user.js';

/**
 * A path at which `user`, or the caller without one, can make a folder and remove it again. Nothing is made yet.
 * @param parents where it may lie, best first
 * @returns an absolute path that nobody can guess, its parent without symbolic links
 * @throws Failure `internal` when no parent is fit
 */
export async function runtimeFolderPath(
  parents: readonly string[],
  user: RuntimeUser | undefined,
): Promise<string> {
  for (const parent of parents) {
    if (user !== undefined && (await closedTo(user, parent, 'write')) !== undefined) continue;
    return join(await realpath(parent), `.davgate-apache-${randomBytes(12).toString('hex')}`);
  }
  throw new Failure('internal', `No temporary folder is open to the user ${user?.name ?? ''}.`);
}
