import type { Socket } from 'node:net';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { Failure } from '../../src/failure.js';
import type { IdentifiedRequest } from '../shares/incoming-request.js';
import { throwIfGone, type WhenGone } from '../../src/async/when-gone.js';

export type RequestLimits = Pick<LimitsDeclaration, 'requests' | 'requestsPerUser'>;

/** The longest that a request waits for a place, in milliseconds. */
const patience = 45_000;
/** How often to check the requests that others wait for, in milliseconds. */
const lookEvery = 1000;
/** A connection that others wait for is closed after this many milliseconds without a byte, or up to twice as many. */
const stalled = 10_000;

/** Releases a place. Only the first call has an effect. */
export type GiveBack = () => void;

/** A request that has a place. */
interface Holder {
  readonly user: string;
  readonly socket: Socket;
  /** The connection's normal time-out, while a shorter one is in effect. */
  unhurried: number | undefined;
}

/** A request that waits for a place. */
interface Waiting {
  readonly limits: RequestLimits;
  readonly socket: Socket;
  readonly go: (giveBack: GiveBack) => void;
}

/**
 * Limits the requests under way, in total and per user. Further requests wait, and users take turns. A response that
 * its client does not read keeps its place until another request needs it.
 */
export class RequestsUnderWay {
  readonly #holders = new Set<Holder>();
  readonly #held = new Map<string, number>();
  /** By user, in the order of their turns. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #waitingInAll = 0;
  #looking: NodeJS.Timeout | undefined;

  get running(): number {
    return this.#holders.size;
  }

  get waiting(): number {
    return this.#waitingInAll;
  }

  /** Takes a place if one is free and no other request of this user waits for it. */
  take(user: string, limits: RequestLimits, socket: Socket): GiveBack | undefined {
    if (this.#waiting.has(user) || !this.#hasRoom(user, limits)) return undefined;
    return this.#hold(user, socket);
  }

  /**
   * Waits for a place.
   * @throws Failure `unavailable` with Retry-After if too many requests wait or this one waited too long; the reason
   *   why the client is gone
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

  /** Gives free places to waiting requests, one to each user in turn. */
  #serve(): void {
    for (const [user, queue] of this.#waiting) {
      const [next] = queue;
      if (!next || !this.#hasRoom(user, next.limits)) continue;
      next.go(this.#hold(user, next.socket));
      // Moves the user to the end of the queue, which this loop also reaches.
      if (this.#waiting.delete(user)) this.#waiting.set(user, queue);
    }
  }

  /** While requests wait, the connections that hold places must transfer data. */
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

/** Shortens the time-out of an idle connection. ClientConnections spares those that wait for this server. */
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
  return new Failure('unavailable', 'Too many requests are under way. Try again in a moment.', {
    headers: [['Retry-After', '5']],
  });
}

/**
 * Takes a place among the requests under way, and waits for one if necessary. Requests that
 * davgate answers with 401 end at once and do not wait.
 * @throws Failure `unavailable` with Retry-After; the reason why the client is gone
 */
export function placeAmongRequests(
  { owner, body, whenGone }: IdentifiedRequest,
  underWay: RequestsUnderWay,
  limits: RequestLimits,
): GiveBack | Promise<GiveBack> {
  const { socket } = body;
  return (
    underWay.take(owner, limits, socket) ??
    underWay.wait(owner, limits, socket, whenGone).then((giveBack) => {
      try {
        throwIfGone(whenGone);
        return giveBack;
      } catch (error) {
        giveBack();
        throw error;
      }
    })
  );
}
