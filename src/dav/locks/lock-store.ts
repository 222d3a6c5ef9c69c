import type { ServerPath } from '../../http/target.js';

/** A write lock (RFC 4918 sections 6 and 7). */
export interface Lock {
  /** A `urn:uuid:` URI. */
  readonly token: string;
  readonly root: ServerPath;
  readonly depth: '0' | 'infinity';
  readonly scope: 'exclusive' | 'shared';
  /** The user name of who took it; only that user may use or give up the lock. */
  readonly principal: string;
  /** The client's owner element as XML text that stands alone; empty when there was none. */
  readonly owner: string;
  /** Seconds that each grant or refresh lasts. */
  readonly timeoutSeconds: number;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** What a lock request fixes; the store adds the token and the expiry. */
export type LockRequest = Omit<Lock, 'token' | 'expires'>;

export type LockOutcome =
  { readonly granted: Lock } | { readonly conflicts: readonly Lock[] } | { readonly exhausted: true };

/** Where locks live. An expired lock is as if it were not there. */
export interface LockStore {
  /**
   * Takes a lock unless one that conflicts covers the root or, for depth infinity, lies below it; decided and done in
   * one transaction.
   * @param limit locks that the principal may hold, the new one included
   * @returns the lock, or the locks in the way, or that the principal holds as many as allowed
   */
  acquire(request: LockRequest, limit?: number): Promise<LockOutcome>;
  /** Restarts the lock's time-out. @returns undefined when there is no such lock */
  refresh(token: string, timeoutSeconds: number): Promise<Lock | undefined>;
  /** @returns whether there was such a lock */
  remove(token: string): Promise<boolean>;
  /** Locks whose scope includes `path`: rooted there, or with depth infinity above it. */
  covering(path: ServerPath): Promise<readonly Lock[]>;
  /** Locks rooted below `path`, `path` itself excepted. */
  below(path: ServerPath): Promise<readonly Lock[]>;
  /** Drops the locks rooted at `path` and below, as DELETE does. */
  removeTree(path: ServerPath): Promise<void>;
  /** Locks do not follow a MOVE (RFC 4918 section 7.5): those rooted in `from` are dropped, those at `to` stay. */
  moveTree(from: ServerPath, to: ServerPath): Promise<void>;
  /** Forgets the locks that have expired. */
  sweep(): Promise<void>;
}
