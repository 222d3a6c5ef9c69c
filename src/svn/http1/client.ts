import type { EventEmitter } from 'node:events';
import type { UpstreamAddress } from '../upstream-address.js';
import { Connections } from './connections.js';
import type { Answer, Outgoing } from './upstream-connection.js';

export type { Answer, Outgoing } from './upstream-connection.js';
export { StaleConnection } from './upstream-connection.js';

/**
 * The HTTP/1.1 client (RFC 9112) for Apache, the only file of this folder that others import. It is stricter than
 * node:http, keeps the connections of each client apart, and hands on an answer that has come whole in one piece.
 */
export interface HttpClient {
  /**
   * Sends a request on a connection that is kept for later requests of the same client.
   * @param client its connection, which emits `close` when it is gone
   * @throws Failure `upstream-unreachable` or `upstream-timeout`, StaleConnection, or the reason why the client is gone
   */
  exchange(client: EventEmitter, address: UpstreamAddress, outgoing: Outgoing): Promise<Answer>;
  /** The same on a new connection, which is closed afterwards: never a StaleConnection. */
  exchangeOnce(address: UpstreamAddress, outgoing: Outgoing): Promise<Answer>;
  /** Closes idle connections now, and the others once the requests on them have ended. */
  retire(): void;
  close(): void;
}

export function createHttpClient(): HttpClient {
  const connections = new Connections();
  return {
    // Not only its result is a promise: that the client is gone rejects, too.
    exchange: async (client, address, outgoing) =>
      connections.kept(client, outgoing.whenGone, address).exchange(outgoing),
    exchangeOnce: (address, outgoing) => connections.single(address).exchange(outgoing),
    retire: () => connections.retire(),
    close: () => connections.close(),
  };
}
