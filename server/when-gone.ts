import type { ServerResponse } from 'node:http';
import type { WhenGone } from '../src/svn/when-gone.js';
import { ClientGone } from './state.js';

/** The client is gone when its connection closes before the answer is out. */
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
