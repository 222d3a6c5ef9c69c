import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Links } from '../../src/storage/local/confined-root.js';

/** Rules apply to the path in the request, so a link could bypass a strict rule: shares with rules hide links. */
export function linksIn({ policy }: Pick<DeclaredShare, 'policy'>): Links {
  return policy.rules.length > 1 ? 'hidden' : 'followed';
}
