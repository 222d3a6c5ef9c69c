/**
 * Calls `listener` when the client disconnects, or at once if it already has. An AbortSignal does the same, but its
 * cost shows in a commit of thousands of small requests.
 * @returns the function that removes the listener
 */
export type WhenGone = (listener: (reason: Error) => void) => () => void;

/** Aborted when the client disconnects; at once if it already has. */
export function goneSignal(whenGone: WhenGone): AbortSignal {
  const gone = new AbortController();
  whenGone((reason) => gone.abort(reason));
  return gone.signal;
}

/** The client has closed the connection, so there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** @throws the reason, if the client has already disconnected */
export function throwIfGone(whenGone: WhenGone): void {
  const reasons: Error[] = [];
  whenGone((reason) => {
    reasons.push(reason);
  })();
  const [reason] = reasons;
  if (reason) throw reason;
}
