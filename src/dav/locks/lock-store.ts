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

/** What there are as many locks of as there may be: the user's, all users', or those that cover one resource. */
export type Exhausted = 'user' | 'server' | 'resource';

export type LockOutcome =
  { readonly granted: Lock } | { readonly conflicts: readonly Lock[] } | { readonly exhausted: Exhausted };

/** How many locks there may be, a new one included. */
export interface LockNumbers {
  readonly perUser: number;
  readonly inAll: number;
  /** That cover one resource, all of them shared. */
  readonly covering: number;
}

/** Locks in the way of another that are told of; there may be more. */
export const toldConflicts = 1000;

/** Where locks live. An expired lock is as if it were not there. */
export interface LockStore {
  /**
   * Takes a lock unless one that conflicts covers the root or, for depth infinity, lies below it; decided and done in
   * one transaction.
   * @returns the lock, or some of the locks in the way, or what there are too many of
   */
  acquire(request: LockRequest, numbers?: LockNumbers): Promise<LockOutcome>;
  /** Restarts the lock's time-out. @returns undefined when there is no such lock */
  refresh(token: string, timeoutSeconds: number): Promise<Lock | undefined>;
  /** @returns whether there was such a lock */
  remove(token: string): Promise<boolean>;
  /** Locks whose scope includes `path`: rooted there, or with depth infinity above it. */
  covering(path: ServerPath): Promise<readonly Lock[]>;
  /** Locks rooted below `path`, `path` itself excepted; with depth 1 only those of its direct members. */
  below(path: ServerPath, depth?: '1' | 'infinity'): Promise<readonly Lock[]>;
  /** Drops the locks rooted at `path` and below, as DELETE does. */
  removeTree(path: ServerPath): Promise<void>;
  /** Locks do not follow a MOVE (RFC 4918 section 7.5): those rooted in `from` are dropped, those at `to` stay. */
  moveTree(from: ServerPath, to: ServerPath): Promise<void>;
  /** Forgets the locks that have expired. */
  sweep(): Promise<void>;
}
