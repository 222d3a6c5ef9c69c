import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../../src/credentials/network.js';

/** Bytes of header sections that have not come whole, which Node keeps, for whoever it may be, until they have. */
export const unfinishedBytes = {
  /** Of one connection: less is not counted. */
  counted: 16 * 1024,
  perAddress: 16 * 1024 ** 2,
  inAll: 64 * 1024 ** 2,
} as const;

export type UnfinishedLimits = Record<keyof typeof unfinishedBytes, number>;

/** Milliseconds between two looks. */
const between = 1000;

/** What of a connection's bytes belonged to requests that have come. */
export class HeadOfConnection {
  readonly socket: Socket;
  #used = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** A request's header section has come whole. */
  begun(req: IncomingMessage): void {
    this.#used += headBytes(req);
  }

  /** Nothing is under way any more. @param req what was last */
  idle({ headers, complete }: IncomingMessage): void {
    const read = this.socket.bytesRead;
    const length = headers['content-length'];
    if (!complete || headers['transfer-encoding'] !== undefined) this.#used = read;
    else if (length !== undefined) this.#used += Number(length);
    // What a head is longer than its fields must not add up.
    if (this.#used > read || this.#used > read - 1024) this.#used = read;
  }

  /** Bytes that have come since, of a header section that is not complete. */
  get unfinished(): number {
    return this.socket.bytesRead - this.#used;
  }
}

/**
 * Closes those connections of which the most is kept in unfinished header sections where it is too much in all or from
 * one address.
 * @returns the connections that are closed
 */
export function closeUnfinished(heads: Iterable<HeadOfConnection>, limits: UnfinishedLimits): Socket[] {
  const found: { readonly head: HeadOfConnection; readonly bytes: number; readonly address: string }[] = [];
  const sums = new Map<string, number>();
  let inAll = 0;
  for (const head of heads) {
    const bytes = head.unfinished;
    if (bytes <= limits.counted) continue;
    const address = networkOf(head.socket.remoteAddress ?? '');
    found.push({ head, bytes, address });
    sums.set(address, (sums.get(address) ?? 0) + bytes);
    inAll += bytes;
  }
  const closed: Socket[] = [];
  found.sort((a, b) => b.bytes - a.bytes);
  for (const { head, bytes, address } of found) {
    const own = sums.get(address) ?? 0;
    if (inAll <= limits.inAll && own <= limits.perAddress) continue;
    sums.set(address, own - bytes);
    inAll -= bytes;
    head.socket.destroy();
    closed.push(head.socket);
  }
  return closed;
}

/** Looks once a second, while there are connections. @param heads those on which no request is under way */
export function watchUnfinished(
  heads: () => Iterable<HeadOfConnection>,
  limits: UnfinishedLimits,
): { end(): void } {
  const timer = setInterval(() => {
    closeUnfinished(heads(), limits);
  }, between).unref();
  return {
    end: () => {
      clearInterval(timer);
    },
  };
}

/** The bytes of a request's line and fields, as they are usually written. */
function headBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  let bytes = method.length + url.length + 14;
  for (const text of rawHeaders) bytes += text.length + 2;
  return bytes;
}
