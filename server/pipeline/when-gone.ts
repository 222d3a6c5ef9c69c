import type { ServerResponse } from 'node:http';
import { ClientGone, type WhenGone } from '../../src/async/when-gone.js';

/** The client is gone if its connection closes before the response is complete. */
export function whenGone(res: ServerResponse): WhenGone {
  return (listener) => {
    const leave = (): void => {
      if (!res.writableFinished) listener(new ClientGone());
    };
    if (res.destroyed) {
      leave();
      return () => undefined;
    }
    res.on('close', leave);
    return () => res.off('close', leave);
  };
}
