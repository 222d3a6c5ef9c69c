import type { Timeout } from '../headers/timeout.js';

/** Caps on locks, against clients that never give them up. */
export interface LockLimits {
  /** Seconds that a lock may last without a refresh. */
  readonly lifetime: number;
  /** Locks that one user may hold at the same time. */
  readonly perUser: number;
  /** Locks that all users may hold at the same time. */
  readonly inAll: number;
}

/** Shared locks that may cover one resource: each is shown with each member of a locked collection. */
export const maximumCovering = 16;

/** Seconds; a lock that ended sooner would be gone before a slow client can use it. */
const shortest = 30;

/** The seconds that are granted where a client asks for `timeout`. */
export function grantedSeconds(timeout: Timeout | undefined, { lifetime }: LockLimits): number {
  if (timeout === undefined || timeout === 'infinite') return lifetime;
  return Math.min(Math.max(timeout, shortest), lifetime);
}
