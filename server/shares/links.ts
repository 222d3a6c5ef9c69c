import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Links } from '../../src/storage/local/confined-root.js';

/** A rule governs the path that a client writes; a link could lead from a loose one to what a strict one guards. */
export function linksIn({ policy }: Pick<DeclaredShare, 'policy'>): Links {
  return policy.rules.length > 1 ? 'hidden' : 'followed';
}
