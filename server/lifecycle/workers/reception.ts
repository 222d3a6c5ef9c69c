import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Failure } from '../../../src/failure.js';
import { openServer } from '../../listener/connection-source.js';
import { portTrouble, type Listener } from '../../listener/port-errors.js';
import type { Log } from '../../observability/log.js';
import type { Places } from '../begun.js';
import type { Channel } from './channel.js';

/** The most connections that wait while there is no worker. */
const mostWaiting = 512;

interface Arrived {
  readonly listener: Listener;
  readonly connection: Socket;
}

/** Accepts all connections, and hands them to the workers in turn. What had not arrived at one that has ended goes on. */
export class Reception {
  readonly #workers: Channel[] = [];
  readonly #servers: Server[] = [];
  readonly #listeners = new WeakMap<Socket, Listener>();
  #waiting: Arrived[] = [];

  /**
   * Opens the ports.
   * @returns the one for clients
   * @throws Failure `unavailable` if one cannot be opened
   */
  async open(places: Places, log: Log): Promise<number> {
    for (const listener of ['guard.http', 'guard.fastcgi'] as const) {
      const place = places[listener];
      if (!place) continue;
      const { port } = await this.#listen(listener, place);
      const whom = listener === 'guard.http' ? 'guard listening' : 'guard listening for Apache';
      log.info({ host: place.host, port }, whom);
    }
    return (await this.#listen('listen', places.listen)).port;
  }

  /** Hands connections to this worker, too. */
  join(worker: Channel): void {
    worker.onLost((connections) => {
      this.#leave(worker);
      for (const connection of connections) {
        const listener = this.#listeners.get(connection);
        if (listener) this.#give({ listener, connection });
      }
    });
    if (worker.closed) return;
    this.#workers.push(worker);
    for (const arrived of this.#waiting.splice(0)) this.#give(arrived);
  }

  /** Accepts no more. */
  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
    for (const { connection } of this.#waiting.splice(0)) connection.destroy();
  }

  async #listen(
    listener: Listener,
    place: { readonly host: string; readonly port: number },
  ): Promise<AddressInfo> {
    const options = { pauseOnConnect: true, allowHalfOpen: true, noDelay: true };
    const server = createServer(options, (connection) => {
      // Nothing is read here; a client that has gone is the worker's to find.
      connection.on('error', () => undefined);
      this.#listeners.set(connection, listener);
      this.#give({ listener, connection });
    });
    try {
      const { address } = await openServer(server, place, undefined);
      this.#servers.push(server);
      return address;
    } catch (cause) {
      const message = `"${listener}": ${portTrouble(listener, place, cause)}.`;
      throw new Failure('unavailable', message, { cause });
    }
  }

  #give(arrived: Arrived): void {
    const worker = this.#workers.shift();
    if (worker) {
      this.#workers.push(worker);
      worker.give(arrived.listener, arrived.connection);
    } else if (this.#waiting.length < mostWaiting) this.#waiting.push(arrived);
    else arrived.connection.destroy();
  }

  #leave(worker: Channel): void {
    const index = this.#workers.indexOf(worker);
    if (index !== -1) this.#workers.splice(index, 1);
  }
}
