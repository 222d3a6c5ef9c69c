import { connect, isIP, type Socket } from 'node:net';
import { connect as connectOverTls } from 'node:tls';
import type { UpstreamAddress } from '../upstream-address.js';

/** A connection that is being made. A certificate must be one that Node trusts, for the host of the address. */
export function openSocket({ scheme, host, port }: UpstreamAddress): Socket {
  if (scheme === 'http') return connect({ host, port, noDelay: true });
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectOverTls({ host, port, ALPNProtocols: ['http/1.1'], ...servername }).setNoDelay(true);
}
