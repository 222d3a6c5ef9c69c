import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a loopback port, and can fall silent without hanging up. */
export class Relay {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  #silent = false;
  /** Connections that were taken so far. */
  accepted = 0;

  constructor(target: number) {
    this.#server = createServer((client) => {
      this.accepted += 1;
      const upstream = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (chunk) => this.#silent || to.write(chunk));
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  /** @returns its port on the loopback address */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('No loopback port could be bound.');
    return address.port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size / 2;
  }

  /** From now on whatever comes is swallowed. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Relays again; what was swallowed is lost. */
  speak(): void {
    this.#silent = false;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
