import { serverPathOf, type ServerPath } from '../../src/http/target.js';
import { kinds } from './kinds.js';
import type { Located } from './share.js';

/**
 * Refuses elsewhere what only Subversion has in names. Not before it is known who asks: a stranger would learn where the
 * svn shares are.
 * @throws Failure `malformed`
 */
export function requirePortableNames(path: ServerPath, located: Located | undefined): void {
  if (!located || kinds[located.share.declared.kind].names === 'portable') serverPathOf(path);
}
