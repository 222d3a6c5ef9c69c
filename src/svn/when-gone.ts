/**
 * Calls `listener` when the client is gone, at once where it is gone already. An AbortSignal says the same, at a price that
 * shows in a commit of thousands of small requests.
 * @returns what to call when that is of no more interest
 */
export type WhenGone = (listener: (reason: Error) => void) => () => void;

/** @throws the reason, where the client is gone already */
export function throwIfGone(whenGone: WhenGone): void {
  const reasons: Error[] = [];
  whenGone((reason) => {
    reasons.push(reason);
  })();
  const [reason] = reasons;
  if (reason) throw reason;
}
