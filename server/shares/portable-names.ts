import { serverPathOf, type ServerPath } from '../../src/http/target.js';
import { kinds } from './kinds.js';
import type { Located } from './share.js';

/**
 * Refuses, outside svn shares, names that only Subversion allows. Call it after authentication: otherwise strangers
 * could find out where the svn shares are.
 * @throws Failure `malformed`
 */
export function requirePortableNames(path: ServerPath, located: Located | undefined): void {
  if (!located || kinds[located.share.declared.kind].names === 'portable') serverPathOf(path);
}
