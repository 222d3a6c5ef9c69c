import type { DeclaredShare } from './share-schema.js';
import { placeOf, type Problem } from './problems.js';

/** What decides how many there are. */
interface Deciding {
  readonly workers: number | undefined;
  readonly shares: readonly DeclaredShare[];
}

/** The most processes that answer requests. */
export const mostWorkers = 256;

/** Each process would have an instance of the module of its own, and with it perhaps other files. */
export function modulesInWorkers({ workers = 1, shares }: Deciding): Problem[] {
  const index = shares.findIndex(hasModule);
  if (workers === 1 || index === -1) return [];
  const module = placeOf(['shares', index, 'storage']);
  const message = `must be 1, because ${module} is a module, which each worker would load for itself`;
  return [{ place: 'workers', message }];
}

function hasModule(share: DeclaredShare): boolean {
  return share.kind === 'webdav' && share.storage.kind === 'module';
}
