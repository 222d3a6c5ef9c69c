import type { Socket } from 'node:net';

/** Methods of which one client may have several under way at once (RFC 9112 section 9.3.2): those that only read. */
const reading = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/** What the requests of one connection wait for. */
interface Order {
  /** Ends when the last request that changes something is over. */
  changes: Promise<unknown>;
  /** Ends when the reading requests since then are over. */
  reads: Promise<unknown>;
}

/**
 * Keeps the order of pipelined requests: one that may change something waits for all before it on its connection, and
 * those after it wait for it. Node by itself runs them side by side.
 */
export class PipelineOrder {
  readonly #orders = new WeakMap<Socket, Order>();

  /**
   * @param over ends when this request's answer is over
   * @returns what the request must wait for; undefined where that is nothing
   */
  enter(socket: Socket, method: string, over: Promise<unknown>): Promise<unknown> | undefined {
    const order = this.#orders.get(socket);
    if (reading.has(method)) {
      const reads = order ? order.reads.then(() => over) : over;
      this.#orders.set(socket, { changes: order?.changes ?? Promise.resolve(), reads });
      return order?.changes;
    }
    this.#orders.set(socket, { changes: over, reads: Promise.resolve() });
    return order && Promise.all([order.changes, order.reads]);
  }
}
