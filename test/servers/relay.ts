import { once } from 'node:events';
import { createServer, Socket } from 'node:net';

/** Stands between a client and a loopback port, and can fall silent without hanging up. */
export class Relay {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  #silent = false;
  #hung = false;
  #waiting: (() => void)[] = [];
  /** Connections that were taken so far. */
  accepted = 0;

  constructor(target: number) {
    this.#server = createServer((client) => {
      this.accepted += 1;
      const upstream = new Socket();
      const begin = (): void => void upstream.connect(target, '127.0.0.1');
      if (this.#hung) this.#waiting.push(begin);
      else begin();
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(from);
        if (this.#hung) from.pause();
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

  /** From now on nothing is read, as by a process that hangs: what comes waits. */
  hang(): void {
    this.#hung = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Goes on with what has waited. */
  goOn(): void {
    this.#hung = false;
    for (const begin of this.#waiting.splice(0)) begin();
    for (const socket of this.#sockets) socket.resume();
  }

  /** Ends all connections there are. */
  cut(): void {
    this.#waiting = [];
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }
}
