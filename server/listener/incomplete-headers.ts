import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../../src/credentials/network.js';

/** Limits for incomplete header sections, in bytes. Node buffers them for any client, even without authentication. */
export const unfinishedBytes = {
  /** Per connection: smaller amounts are not counted. */
  counted: 16 * 1024,
  perAddress: 16 * 1024 ** 2,
  inAll: 64 * 1024 ** 2,
} as const;

export type UnfinishedLimits = Record<keyof typeof unfinishedBytes, number>;

/** The interval between checks, in milliseconds. */
const between = 1000;

/** Tracks how many bytes of a connection belong to complete header sections. */
export class HeadOfConnection {
  readonly socket: Socket;
  #used = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Call when the header section of a request is complete. */
  begun(req: IncomingMessage): void {
    this.#used += headBytes(req);
  }

  /** Call when no request is under way any more. @param req the last one */
  idle({ headers, complete }: IncomingMessage): void {
    const read = this.socket.bytesRead;
    const length = headers['content-length'];
    if (!complete || headers['transfer-encoding'] !== undefined) this.#used = read;
    else if (length !== undefined) this.#used += Number(length);
    // Header sections are slightly longer than their fields: the differences must not add up.
    if (this.#used > read || this.#used > read - 1024) this.#used = read;
  }

  /** Bytes received since then, of an incomplete header section. */
  get unfinished(): number {
    return this.socket.bytesRead - this.#used;
  }
}

/**
 * Closes the connections with the largest incomplete header sections, if the total or the amount from one address is
 * too large.
 * @returns the closed connections
 */
function closeUnfinished(heads: Iterable<HeadOfConnection>, limits: UnfinishedLimits): Socket[] {
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

/** Checks once a second while there are connections. @param heads the connections with no request under way */
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

/** The size of a request line and fields in their usual form, in bytes. */
function headBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  let bytes = method.length + url.length + 14;
  for (const text of rawHeaders) bytes += text.length + 2;
  return bytes;
}
