import type { EventEmitter } from 'node:events';
import { type ConnectionOwner, UpstreamConnection } from './upstream-connection.js';
import type { UpstreamAddress } from '../upstream-address.js';
import { throwIfGone, type WhenGone } from '../../async/when-gone.js';

/**
 * Milliseconds for which an idle connection is kept at least, and between two looks for those that are. Shorter, together,
 * than Apache's KeepAliveTimeout, so that it is always this end that closes an idle one.
 */
const idleTime = 15_000;

/**
 * The connections to Apache: for each connection of a client its own, kept for later requests until that one closes,
 * in generations; and those for one request each. mod_dav_svn opens a repository once in the life of a connection
 * (mod_dav_svn/repos.c): on one that several clients share, a repository that has been replaced meanwhile would still
 * be the old one.
 */
export class Connections {
  readonly #kept = new Map<EventEmitter, Pool>();
  readonly #pools = new Set<Pool>();
  #sweeping: NodeJS.Timeout | undefined;

  /**
   * One for a request of a client's.
   * @param client its connection, which emits `close` when it is gone
   * @throws the reason why the client is gone, where it is: nothing would ever be closed for it
   */
  kept(client: EventEmitter, whenGone: WhenGone, address: UpstreamAddress): UpstreamConnection {
    return this.#poolOf(client, whenGone).take(address);
  }

  /** A new connection, closed after one request. */
  single(address: UpstreamAddress): UpstreamConnection {
    const pool = this.#newPool(() => undefined);
    const connection = pool.take(address);
    pool.retire();
    return connection;
  }

  /** Begins a generation: idle connections close now, the others once the requests on them have ended. */
  retire(): void {
    this.#kept.clear();
    for (const pool of this.#pools) pool.retire();
  }

  close(): void {
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
    this.#kept.clear();
    for (const pool of this.#pools) pool.close();
  }

  #poolOf(client: EventEmitter, whenGone: WhenGone): Pool {
    const known = this.#kept.get(client);
    if (known) return known;
    throwIfGone(whenGone);
    const leave = (): void => {
      if (this.#kept.get(client) === pool) this.#kept.delete(client);
      pool.close();
    };
    const pool = this.#newPool(() => client.off('close', leave));
    this.#kept.set(client, pool);
    client.once('close', leave);
    return pool;
  }

  #newPool(emptied: () => void): Pool {
    const pool = new Pool(() => {
      this.#pools.delete(pool);
      emptied();
    });
    this.#pools.add(pool);
    // A timer for each connection and each request would cost more than a look now and then.
    this.#sweeping ??= setInterval(() => {
      for (const idle of this.#pools) idle.sweep();
    }, idleTime).unref();
    return pool;
  }
}

/** Connections of which one is free when its request has ended. */
class Pool implements ConnectionOwner {
  readonly #emptied: () => void;
  readonly #all = new Set<UpstreamConnection>();
  /** The one that was used last comes last. */
  readonly #free: UpstreamConnection[] = [];
  /** Those that were free at the last look, and have been since. */
  #idle = new Set<UpstreamConnection>();
  #retired = false;

  /** @param emptied is told that there is none, and will be none */
  constructor(emptied: () => void) {
    this.#emptied = emptied;
  }

  take(address: UpstreamAddress): UpstreamConnection {
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      this.#idle.delete(free);
      if (free.isOpen && isSame(free.address, address)) return free;
      free.destroy();
    }
    const connection = new UpstreamConnection(address, this);
    this.#all.add(connection);
    return connection;
  }

  sweep(): void {
    for (const connection of this.#idle) connection.destroy();
    this.#idle = new Set(this.#free);
  }

  retire(): void {
    this.#retired = true;
    for (const connection of this.#free.splice(0)) connection.destroy();
    if (this.#all.size === 0) this.#emptied();
  }

  close(): void {
    this.#retired = true;
    for (const connection of this.#all) connection.destroy();
    if (this.#all.size === 0) this.#emptied();
  }

  free(connection: UpstreamConnection): void {
    if (this.#retired) connection.destroy();
    else this.#free.push(connection);
  }

  closed(connection: UpstreamConnection): void {
    this.#all.delete(connection);
    this.#idle.delete(connection);
    const index = this.#free.indexOf(connection);
    if (index !== -1) this.#free.splice(index, 1);
    if (this.#retired && this.#all.size === 0) this.#emptied();
  }
}

function isSame(one: UpstreamAddress, other: UpstreamAddress): boolean {
  return one === other || (one.scheme === other.scheme && one.host === other.host && one.port === other.port);
}
