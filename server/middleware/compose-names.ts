import type { ReadableStorage } from '../../src/storage/storage.js';
import { composedPath, isComposed } from '../../src/storage/decomposed-names.js';
import { join } from '../../src/http/target.js';
import type { Located, MountedShare } from '../shares.js';
import type { Middleware } from '../state.js';

/**
 * Finds the file that a Mac means, whose names come as NFD, before any rule is asked: a rule governs the path that is
 * served.
 */
export function composeNames(): Middleware {
  return ({ state }, next) => {
    const { located } = state;
    if (!located || isComposed(located.inside)) return next();
    return composed(located).then((place) => {
      state.located = place;
      return next();
    });
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
