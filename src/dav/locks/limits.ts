import type { Timeout } from '../headers/timeout.js';

/** Limits on locks, against clients that never release them. */
export interface LockLimits {
  /** Seconds that a lock may last without a refresh. */
  readonly lifetime: number;
  readonly perUser: number;
  readonly inAll: number;
}

/** The most shared locks that may cover one resource: every member of a locked collection shows each of them. */
export const maximumCovering = 16;

/** Seconds; a shorter lock would expire before a slow client can use it. */
const shortest = 30;

/** The seconds granted to a client that asks for `timeout`. */
export function grantedSeconds(timeout: Timeout | undefined, { lifetime }: LockLimits): number {
  if (timeout === undefined || timeout === 'infinite') return lifetime;
  return Math.min(Math.max(timeout, shortest), lifetime);
}
