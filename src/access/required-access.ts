import type { Refusal } from '../failure.js';
import type { Method } from '../http/method.js';
import { serverPathOf, type ServerPath } from '../http/target.js';
import type { Action, Scope } from './policy.js';

const makers: ReadonlySet<Method> = new Set<Method>(['PUT', 'MKCOL', 'LOCK']);

/** Why a request for a path outside all shares is refused; undefined for OPTIONS, which every path answers. */
export function outsideOfShares(method: Method): Refusal | undefined {
  if (method === 'OPTIONS') return undefined;
  return makers.has(method)
    ? {
        failure: 'forbidden',
        sentence: 'Nothing can be created here. Files and folders must be inside a share.',
      }
    : { failure: 'not-found', sentence: 'There is no share here.' };
}

export interface Access {
  readonly path: ServerPath;
  readonly action: Action;
  readonly scope: Scope;
}

const webdavReads: ReadonlySet<Method> = new Set<Method>(['GET', 'HEAD', 'OPTIONS', 'PROPFIND']);
const svnReads: ReadonlySet<Method> = new Set<Method>(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

export function isSvnRead(method: Method): boolean {
  return svnReads.has(method);
}

/** Whether `method` carries a Destination header field that names a second resource. */
export function hasDestination(method: Method): boolean {
  return method === 'COPY' || method === 'MOVE';
}

/** The parts of a request that decide which rights it needs. */
interface AccessQuestion {
  readonly method: Method;
  readonly path: ServerPath;
  readonly destination?: ServerPath | undefined;
  /** The Depth header field; LOCK uses it, and PROPFIND for other servers. */
  readonly depth?: string | undefined;
}

/** The rights that a request needs in a certain kind of share. Unknown methods count as writing. */
export type RequiredAccess = (question: AccessQuestion) => readonly Access[];

/**
 * A read-only share needs the right to read, whatever the method; it answers 405 to methods that it does not support.
 */
export const readAccess: RequiredAccess = ({ path }) => [{ path, action: 'read', scope: 'node' }];

export const svnAccess: RequiredAccess = (question) =>
  isSvnRead(question.method) ? readAccess(question) : writes(question);

/**
 * COPY reads its source and writes its destination. MOVE writes both, and also reads its source, because it may bring
 * the content to where the user can read it. DELETE writes everything that it removes. LOCK with Depth infinity, the
 * default, locks out others from everything below.
 */
export const webdavAccess: RequiredAccess = (question) => {
  const { method, path, depth } = question;
  if (method === 'LOCK') {
    return [{ path, action: 'write', scope: depth?.trim() === '0' ? 'node' : 'tree' }];
  }
  return webdavReads.has(method) ? readAccess(question) : writes(question);
};

/**
 * What other servers serve may be files, WebDAV or Subversion. Nobody leaves members out of their answers that the user
 * may not read: a PROPFIND of more than one level and a REPORT need the right to read everything below. Below `!svn`,
 * Subversion addresses its whole repository by other names: there the right holds for all of the repository. Whether a
 * LOCK is a refresh is not known, as the body is not: it counts as a new one.
 */
export const guardAccess: RequiredAccess = (question) => {
  const { method, path, depth } = question;
  const repository = repositoryOf(path);
  if (repository !== undefined) {
    return [{ path: repository, action: isSvnRead(method) ? 'read' : 'write', scope: 'tree' }];
  }
  const isDeep = method === 'PROPFIND' && !['0', '1'].includes(depth?.trim() ?? '');
  return isDeep || method === 'REPORT' ? [{ path, action: 'read', scope: 'tree' }] : webdavAccess(question);
};

/** The root of the repository that a path of mod_dav_svn's own lies in, as SVNSpecialURI has it by default. */
function repositoryOf(path: ServerPath): ServerPath | undefined {
  const names = path.split('/');
  const special = names.indexOf('!svn');
  return special < 0 ? undefined : serverPathOf(names.slice(0, special).join('/') || '/');
}

function writes({ method, path, destination }: AccessQuestion): readonly Access[] {
  const target =
    destination === undefined ? [] : [{ path: destination, action: 'write', scope: 'tree' } as const];
  const source = { path, action: 'read', scope: 'tree' } as const;
  if (method === 'COPY') return [source, ...target];
  if (method === 'MOVE') return [source, { path, action: 'write', scope: 'tree' }, ...target];
  return [{ path, action: 'write', scope: method === 'DELETE' ? 'tree' : 'node' }];
}
