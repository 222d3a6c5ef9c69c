import type { ReadableStorage } from '../../src/storage/storage.js';
import { composedPath } from '../../src/storage/decomposed-names.js';
import { join } from '../../src/http/target.js';
import type { Located, MountedShare } from '../shares.js';
import type { Middleware } from '../state.js';

/**
 * Finds the file that a Mac means, whose names come as NFD, before any rule is asked: a rule governs the path that is
 * served.
 */
export function composeNames(): Middleware {
  return async ({ state }, next) => {
    if (state.located) state.located = await composed(state.located);
    await next();
  };
}

/** The place that a path means where its names are not composed as the files' are. */
export async function composed(located: Located): Promise<Located> {
  const storage = storageOf(located.share);
  const inside = storage ? await composedPath(storage, located.inside) : located.inside;
  return inside === located.inside
    ? located
    : { share: located.share, inside, path: join(located.share.declared.path, inside) };
}

function storageOf(share: MountedShare): ReadableStorage | undefined {
  return share.kind === 'svn' ? undefined : share.storage;
}
