import type { WhenGone } from '../../src/async/when-gone.js';

/** A client that stays. */
export const stays: WhenGone = () => () => undefined;

/** A client that is gone when the signal comes, for its reason. */
export function goneWith(signal: AbortSignal): WhenGone {
  return (listener) => {
    const leave = (): void => {
      listener(signal.reason instanceof Error ? signal.reason : new Error('gone'));
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return () => {
      signal.removeEventListener('abort', leave);
    };
  };
}
