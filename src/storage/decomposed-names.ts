import { child, shareRoot, type SharePath } from '../http/target.js';
import type { ReadableStorage } from './storage.js';

const ascii = /^[ -~]*$/;

/** Whether a path is NFC already, as nearly all are. */
export function isComposed(path: string): boolean {
  return ascii.test(path) || path === path.normalize('NFC');
}

/**
 * The path that is meant by one in which macOS has taken letters and accents apart (Unicode's form NFD): each name as
 * it stands if there is one like it, else put together again (NFC), as other systems write it. A path that is NFC
 * costs nothing.
 */
export async function composedPath(storage: ReadableStorage, path: SharePath): Promise<SharePath> {
  if (isComposed(path)) return path;
  let found = shareRoot;
  for (const name of path.slice(1).split('/')) {
    const composed = name.normalize('NFC');
    const standing = child(found, name);
    const isThere =
      name === composed || (standing !== undefined && (await storage.stat(standing)) !== undefined);
    const next = isThere ? standing : child(found, composed);
    if (next === undefined) return path;
    found = next;
  }
  return found;
}
