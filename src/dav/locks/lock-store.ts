import type { ServerPath } from '../../http/target.js';

/** A write lock (RFC 4918 sections 6 and 7). */
export interface Lock {
  /** A `urn:uuid:` URI. */
  readonly token: string;
  readonly root: ServerPath;
  readonly depth: '0' | 'infinity';
  readonly scope: 'exclusive' | 'shared';
  /** The name of the user who took it; only that user may use or release the lock. */
  readonly principal: string;
  /** The client's owner element as self-contained XML text; empty if there was none. */
  readonly owner: string;
  /** Seconds until the lock expires after each grant or refresh. */
  readonly timeoutSeconds: number;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** The part of a lock that the request determines; the store adds the token and the expiry. */
export type LockRequest = Omit<Lock, 'token' | 'expires'>;

/** Which limit on locks has been reached: the user's, the server's, or that of one resource. */
export type Exhausted = 'user' | 'server' | 'resource';

export type LockOutcome =
  { readonly granted: Lock } | { readonly conflicts: readonly Lock[] } | { readonly exhausted: Exhausted };

export interface LockNumbers {
  readonly perUser: number;
  readonly inAll: number;
  /** Shared locks that cover one resource. */
  readonly covering: number;
}

/** The most conflicting locks to report; there may be more. */
export const toldConflicts = 1000;

/** The storage of locks. It treats an expired lock as if it did not exist. */
export interface LockStore {
  /**
   * Takes a lock unless a conflicting one covers the root or, with depth infinity, lies below it. The check and the
   * change are one transaction.
   * @returns the lock, some of the conflicting locks, or the limit that has been reached
   */
  acquire(request: LockRequest, numbers?: LockNumbers): Promise<LockOutcome>;
  /** Restarts the lock's time-out. @returns undefined if there is no such lock */
  refresh(token: string, timeoutSeconds: number): Promise<Lock | undefined>;
  /** @returns whether there was such a lock */
  remove(token: string): Promise<boolean>;
  /** Locks whose scope includes `path`: rooted there, or with depth infinity above it. */
  covering(path: ServerPath): Promise<readonly Lock[]>;
  /** Locks rooted below `path`, not at `path` itself; with depth 1 only those of its direct members. */
  below(path: ServerPath, depth?: '1' | 'infinity'): Promise<readonly Lock[]>;
  /** Drops the locks rooted at and below `path`, for DELETE. */
  removeTree(path: ServerPath): Promise<void>;
  /** Locks do not follow a MOVE (RFC 4918 section 7.5): drops those rooted in `from` and keeps those at `to`. */
  moveTree(from: ServerPath, to: ServerPath): Promise<void>;
  sweep(): Promise<void>;
}
