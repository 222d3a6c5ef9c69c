import type { StaticShare, SvnShare, WebdavShare } from '../src/config/declaration.js';
import type { Spelling } from '../src/http/spelling.js';
import type { DavStorage, ReadableStorage } from '../src/storage/storage.js';
import type { Upstream } from '../src/svn/upstream.js';
import type { PathRules } from './svn-path-rules.js';
import type { SvnRepair } from './svn-repair.js';
import {
  isSameOrBelow,
  serverPathOf,
  within,
  type NameRule,
  type ServerPath,
  type SharePath,
  type Target,
} from '../src/http/target.js';

/** A share with what serves it. */
export type MountedShare =
  | { readonly kind: 'static'; readonly declared: StaticShare; readonly storage: ReadableStorage }
  | { readonly kind: 'webdav'; readonly declared: WebdavShare; readonly storage: DavStorage }
  | { readonly kind: 'svn'; readonly declared: SvnShare; readonly service: SvnService };

/** Why there is no Apache that could serve. */
export interface SvnFault {
  /** For whoever asks: without paths. */
  readonly sentence: string;
  /** For an administrator. */
  readonly reason: string;
}

/** Apache behind the svn shares, or why there is none. */
export type SvnService =
  | {
      readonly kind: 'running';
      readonly upstream: Upstream;
      /** Asked before each request; missing where the share has none. */
      readonly rules?: PathRules;
      /** Missing where the repositories are another machine's. */
      readonly repair?: SvnRepair;
      /** Why nothing is served yet; missing where Apache is none of davgate's. */
      readonly unserved?: () => SvnFault | undefined;
    }
  | { readonly kind: 'missing'; readonly reason: string };

/** A path together with the share it lies in. */
export interface Located<S = MountedShare> {
  readonly share: S;
  /** On this server. */
  readonly path: ServerPath;
  /** Inside the share. */
  readonly inside: SharePath;
  /** How the client spells the path, where it found this by another name. */
  readonly spelling?: Spelling;
}

/** The share that holds `path`; shares do not overlap. */
export function locate<S extends { readonly declared: { readonly path: ServerPath } }>(
  shares: readonly S[],
  path: ServerPath,
): Located<S> | undefined {
  const share = shares.find(({ declared }) => isSameOrBelow(declared.path, path));
  const inside = share && within(share.declared.path, path);
  return share && inside !== undefined ? { share, path, inside } : undefined;
}

/** Whether `path` is a collection of shares: the root, or `/a` where a share stands at `/a/b`. */
export function isAboveShares(
  shares: readonly { readonly declared: { readonly path: ServerPath } }[],
  path: ServerPath,
): boolean {
  return (
    path === '/' ||
    shares.some(({ declared }) => declared.path !== path && isSameOrBelow(path, declared.path))
  );
}

/**
 * Reads a target and finds its share.
 * @param read reads the target by a rule for its names
 * @throws Failure as `read`
 * @see requirePortableNames
 */
export function locateTarget<S extends Pick<MountedShare, 'kind' | 'declared'>>(
  shares: readonly S[],
  read: (names: NameRule) => Target,
): { readonly target: Target; readonly located: Located<S> | undefined } {
  const target = read('subversion');
  const located = locate(shares, target.path);
  return { target, located };
}

/**
 * Refuses elsewhere what only Subversion has in names. Not before it is known who asks: a stranger would learn where the
 * svn shares are.
 * @throws Failure `malformed`
 */
export function requirePortableNames(
  path: ServerPath,
  located: Located<Pick<MountedShare, 'kind' | 'declared'>> | undefined,
): void {
  if (located?.share.kind !== 'svn') serverPathOf(path);
}
