import type { ServerResponse } from 'node:http';
import { ClientGone } from './state.js';

/** Fires when the connection closes before the answer is out; at once where that has happened already. */
export function goneSignal(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const leave = (): void => {
    if (!res.writableFinished) gone.abort(new ClientGone());
  };
  if (res.destroyed) leave();
  else res.once('close', leave);
  return gone.signal;
}
