import type { SharePath } from '../http/target.js';
import type { ResourceStat } from '../storage/storage.js';

const always = ['OPTIONS'];
const onAnything = ['GET', 'HEAD', 'PROPFIND', 'PROPPATCH', 'COPY', 'LOCK', 'UNLOCK'];

/** The methods of the Allow header field for what is at a path: those that could succeed there. */
export function allowedMethods(path: SharePath, stat: ResourceStat | undefined): string {
  if (!stat) return [...always, 'PUT', 'MKCOL', 'LOCK'].join(', ');
  const moving = path === '/' ? [] : ['DELETE', 'MOVE'];
  return [...always, ...onAnything, ...moving, ...(stat.kind === 'file' ? ['PUT'] : [])].join(', ');
}
