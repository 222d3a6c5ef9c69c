import type { ServerResponse } from 'node:http';
import { whenGone } from './when-gone.js';

/** Fires when the connection closes before the answer is out; at once where that has happened already. */
export function goneSignal(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  whenGone(res)((reason) => {
    gone.abort(reason);
  });
  return gone.signal;
}
