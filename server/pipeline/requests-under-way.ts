import type { Socket } from 'node:net';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { Failure } from '../../src/failure.js';
import type { WhenGone } from '../../src/async/when-gone.js';

export type RequestLimits = Pick<LimitsDeclaration, 'requests' | 'requestsPerUser'>;

/** Milliseconds that a request waits for its place at most. */
const patience = 45_000;
/** Milliseconds between two looks at whom others wait for. */
const lookEvery = 1000;
/** Milliseconds without a byte after which a connection is cut that others wait for; Node may take twice as many. */
const stalled = 10_000;

/** Gives a place back. Only the first call counts. */
export type GiveBack = () => void;

/** A request that has a place. */
interface Holder {
  readonly user: string;
  readonly socket: Socket;
  /** The connection's own time-out, while a shorter one is set. */
  unhurried: number | undefined;
}

/** A request that waits for one. */
interface Waiting {
  readonly limits: RequestLimits;
  readonly socket: Socket;
  readonly go: (giveBack: GiveBack) => void;
}

/**
 * How many requests are under way: in all, and of one user a part of them. Further ones wait, the users in turn. An
 * answer that its client does not read keeps its place as long as nobody waits for it.
 */
export class RequestsUnderWay {
  readonly #holders = new Set<Holder>();
  readonly #held = new Map<string, number>();
  /** By user, whose turn comes first first. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #waitingInAll = 0;
  #looking: NodeJS.Timeout | undefined;

  get running(): number {
    return this.#holders.size;
  }

  get waiting(): number {
    return this.#waitingInAll;
  }

  /** A place, where there is one and nobody of this user waits for it. */
  take(user: string, limits: RequestLimits, socket: Socket): GiveBack | undefined {
    if (this.#waiting.has(user) || !this.#hasRoom(user, limits)) return undefined;
    return this.#hold(user, socket);
  }

  /**
   * Waits for a place.
   * @throws Failure `unavailable` with Retry-After where as many wait as may run, or for too long; the reason why nobody
   *   waits any more
   */
  wait(user: string, limits: RequestLimits, socket: Socket, whenGone: WhenGone): Promise<GiveBack> {
    const queue = this.#waiting.get(user) ?? new Set();
    if (queue.size >= limits.requestsPerUser || this.#waitingInAll >= limits.requests) {
      return Promise.reject(tooMany());
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        forget();
        queue.delete(waiting);
        this.#waitingInAll -= 1;
        if (queue.size === 0) this.#waiting.delete(user);
      };
      const waiting: Waiting = {
        limits,
        socket,
        go: (giveBack) => {
          leave();
          resolve(giveBack);
        },
      };
      const timer = setTimeout(() => {
        leave();
        reject(tooMany());
      }, patience).unref();
      let forget = (): void => undefined;
      queue.add(waiting);
      this.#waiting.set(user, queue);
      this.#waitingInAll += 1;
      this.#look();
      forget = whenGone((reason) => {
        leave();
        reject(reason);
      });
    });
  }

  #hasRoom(user: string, { requests, requestsPerUser }: RequestLimits): boolean {
    return this.#holders.size < requests && (this.#held.get(user) ?? 0) < requestsPerUser;
  }

  #hold(user: string, socket: Socket): GiveBack {
    const holder: Holder = { user, socket, unhurried: undefined };
    this.#holders.add(holder);
    this.#held.set(user, (this.#held.get(user) ?? 0) + 1);
    return () => {
      if (!this.#holders.delete(holder)) return;
      const rest = (this.#held.get(user) ?? 0) - 1;
      if (rest > 0) this.#held.set(user, rest);
      else this.#held.delete(user);
      relax(holder);
      if (this.#waitingInAll > 0) this.#serve();
    };
  }

  /** Gives what is free to those who wait, one to each user in turn. */
  #serve(): void {
    for (const [user, queue] of this.#waiting) {
      const [next] = queue;
      if (!next || !this.#hasRoom(user, next.limits)) continue;
      next.go(this.#hold(user, next.socket));
      // To the end of the line, where this loop comes by again.
      if (this.#waiting.delete(user)) this.#waiting.set(user, queue);
    }
  }

  /** As long as anybody waits, those whom they wait for must move. */
  #look(): void {
    this.#looking ??= setInterval(() => {
      const full = [...this.#waiting].some(
        ([, [next]]) => next && this.#holders.size >= next.limits.requests,
      );
      for (const holder of this.#holders) {
        if (full || this.#waiting.has(holder.user)) hurry(holder);
        else relax(holder);
      }
      if (this.#waitingInAll > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    }, lookEvery).unref();
  }
}

/** Has the connection cut soon if no byte moves on it; see ClientConnections, which spares those that wait for us. */
function hurry(holder: Holder): void {
  const { socket } = holder;
  const { timeout = 0 } = socket;
  if (timeout > 0 && timeout <= stalled) return;
  holder.unhurried ??= timeout;
  socket.setTimeout(stalled);
}

function relax(holder: Holder): void {
  const { socket, unhurried } = holder;
  if (unhurried === undefined) return;
  holder.unhurried = undefined;
  if (socket.timeout === stalled) socket.setTimeout(unhurried);
}

function tooMany(): Failure {
  return new Failure('unavailable', 'Too many requests are under way; try again in a moment.', {
    headers: [['Retry-After', '5']],
  });
}
