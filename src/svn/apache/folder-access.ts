import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RuntimeUser } from './runtime-user.js';

/** Permission bits of "others" (inode(7)). */
const bits = { search: 0o1, write: 0o3, list: 0o5 } as const;

/**
 * The first folder from `folder` upwards that `user` may not enter; undefined if they may enter all. Considers the
 * mode bits only, and only the user's own group.
 * @param use what the user does in `folder` itself; the folders above are only passed through
 */
export async function closedTo(
  user: RuntimeUser,
  folder: string,
  use: 'write' | 'list',
): Promise<string | undefined> {
  let current: string;
  try {
    current = await realpath(folder);
    if (!(await permits(current, user, bits[use]))) return current;
    while (current !== dirname(current)) {
      current = dirname(current);
      if (!(await permits(current, user, bits.search))) return current;
    }
  } catch {
    return folder;
  }
  return undefined;
}

async function permits(folder: string, user: RuntimeUser, wanted: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(folder);
  const granted = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
  return (granted & wanted) === wanted;
}
