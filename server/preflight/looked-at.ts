import type { NamedPlace } from '../../src/config/kinds/share.js';

/** A folder to look at in a process of its own, because its disk may hang. */
export interface ToLookAt extends Pick<NamedPlace, 'what' | 'value' | 'path' | 'use'> {
  /** Where it must really be. */
  readonly real: string;
  readonly isWritten: boolean;
  /** Who davgate runs as, in words. */
  readonly user: string;
}

/** From the process: that it runs, then what it found. */
export type FromLook =
  | { readonly kind: 'running' }
  | { readonly kind: 'seen'; readonly gravity: 'refusal' | 'warning'; readonly message: string | undefined };

/** Both ends are of one version of davgate, and nobody else writes to their pipe. */
export function isFromLook(message: unknown): message is FromLook {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

export function isToLookAt(message: unknown): message is ToLookAt {
  return typeof message === 'object' && message !== null && 'path' in message;
}
