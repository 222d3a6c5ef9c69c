import { clientAddress, normalizeAddress, type TrustedProxies } from '../../src/http/client-address.js';
import type { Middleware } from '../state.js';

/** Finds out where the request comes from, through the proxies that are trusted. */
export function locateClient(trusted: TrustedProxies): Middleware {
  return ({ req, state }, next) => {
    const peer = req.socket.remoteAddress;
    const forwarded = req.headers['x-forwarded-for'];
    const address = clientAddress(peer, Array.isArray(forwarded) ? forwarded.join() : forwarded, trusted);
    if (address !== undefined) state.address = address;
    const near = peer === undefined ? undefined : normalizeAddress(peer);
    state.throughProxy = near !== undefined && trusted.has(near);
    return next();
  };
}
