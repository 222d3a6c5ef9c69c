import type { ServerPath } from '../http/target.js';
import type { Action, Scope } from './policy.js';

export type ShareKind = 'webdav' | 'svn' | 'static';

const makers = new Set(['PUT', 'MKCOL', 'LOCK']);

/** How a request for a path in no share is refused; undefined for OPTIONS, since any path has options. */
export function outsideOfShares(method: string):
  | {
      readonly failure: 'not-found' | 'forbidden';
      readonly sentence: string;
    }
  | undefined {
  if (method === 'OPTIONS') return undefined;
  return makers.has(method)
    ? { failure: 'forbidden', sentence: 'Nothing can be made here: files and folders live inside a share.' }
    : { failure: 'not-found', sentence: 'There is no share here.' };
}

/** One right that a request needs. */
export interface Access {
  readonly path: ServerPath;
  readonly action: Action;
  readonly scope: Scope;
}

const webdavReads = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND']);
const svnReads = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/** Whether `method` only reads in an svn share. */
export function isSvnRead(method: string): boolean {
  return svnReads.has(method);
}

/** Whether `method` carries a Destination header field that names a second resource. */
export function hasDestination(method: string): boolean {
  return method === 'COPY' || method === 'MOVE';
}

/**
 * What a request needs: COPY reads its source and writes its destination; MOVE writes both, and reads its source, since
 * it may bring the content to where the user can read it; DELETE writes all that it removes. A static share is only ever read, whatever the method: what it cannot do it answers with 405.
 * LOCK with Depth infinity, its default, keeps others from all that lies below. A method that is not known writes.
 * @param depth the Depth header field; of meaning for LOCK alone
 */
export function requiredAccess(
  kind: ShareKind,
  method: string,
  path: ServerPath,
  destination?: ServerPath,
  depth?: string,
): readonly Access[] {
  switch (kind) {
    case 'static':
      return [{ path, action: 'read', scope: 'node' }];
    case 'svn':
      return isSvnRead(method)
        ? [{ path, action: 'read', scope: 'node' }]
        : writes(method, path, destination);
    case 'webdav':
      if (method === 'LOCK') {
        return [{ path, action: 'write', scope: depth?.trim() === '0' ? 'node' : 'tree' }];
      }
      return webdavReads.has(method)
        ? [{ path, action: 'read', scope: 'node' }]
        : writes(method, path, destination);
  }
}

function writes(method: string, path: ServerPath, destination: ServerPath | undefined): readonly Access[] {
  const target =
    destination === undefined ? [] : [{ path: destination, action: 'write', scope: 'tree' } as const];
  const source = { path, action: 'read', scope: 'tree' } as const;
  if (method === 'COPY') return [source, ...target];
  if (method === 'MOVE') return [source, { path, action: 'write', scope: 'tree' }, ...target];
  return [{ path, action: 'write', scope: method === 'DELETE' ? 'tree' : 'node' }];
}
