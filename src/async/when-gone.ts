/**
 * Calls `listener` when the client is gone, at once where it is gone already. An AbortSignal says the same, at a price that
 * shows in a commit of thousands of small requests.
 * @returns what to call when that is of no more interest
 */
export type WhenGone = (listener: (reason: Error) => void) => () => void;

/** Fires when the client is gone; at once where it is gone already. */
export function goneSignal(whenGone: WhenGone): AbortSignal {
  const gone = new AbortController();
  whenGone((reason) => {
    gone.abort(reason);
  });
  return gone.signal;
}

/** The client has closed the connection: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** @throws the reason, where the client is gone already */
export function throwIfGone(whenGone: WhenGone): void {
  const reasons: Error[] = [];
  whenGone((reason) => {
    reasons.push(reason);
  })();
  const [reason] = reasons;
  if (reason) throw reason;
}
