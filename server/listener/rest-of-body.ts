import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much of a body is read after its answer, which did not wait for it. */
export interface RestLimits {
  /** Bytes; then the connection is closed. */
  readonly bytes: number;
  /** Milliseconds that a connection which is to be closed is kept for the client to see the answer. */
  readonly milliseconds: number;
}

/** For whom nobody knows: a client's first request, which is repeated with a password, rarely has more. */
export const restOfStrangers: RestLimits = { bytes: 64 * 1024, milliseconds: 5000 };
/** Some clients read no answer before they have sent all: those of known users get to it, as with Apache. */
export const restOfUsers: RestLimits = { bytes: 256 * 1024 ** 2, milliseconds: 60_000 };

/** Milliseconds without a byte after which such a connection is closed. */
const quiet = 2000;

/**
 * Whether the connection must be closed after the answer to a request whose body has not come whole: there is more of it
 * than is read, or may be.
 * @param known whether the body is a known user's
 */
export function hasTooMuchLeft({ headers }: IncomingMessage, known: boolean): boolean {
  const { bytes } = known ? restOfUsers : restOfStrangers;
  // What comes in chunks may have no end. Of users' it is seen when it comes.
  return headers['content-length'] === undefined ? !known : Number(headers['content-length']) > bytes;
}

/**
 * Has what is left of a body read and dropped, so that the connection can go on; it is closed if that is more than
 * `bytes`. To be called before the answer ends: Node then reads on by itself whatever nobody reads, and without an end.
 */
export function dropRest(req: IncomingMessage, bytes: number): void {
  let left = bytes;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.socket.destroy();
  });
  req.resume();
}

/**
 * Ends an answer that is out and whose connection is closed then, once the client has seen it: a connection that is closed
 * with bytes unread is reset, and the answer lost with it. Until then what is left of the body is read and dropped.
 */
export function endAfterRest(
  req: IncomingMessage,
  res: ServerResponse,
  { bytes, milliseconds }: RestLimits,
): void {
  let left = bytes;
  const end = (): void => {
    leave();
    res.end();
  };
  const leave = (): void => {
    clearTimeout(atLast);
    clearTimeout(silent);
    req.off('data', count);
    req.off('end', end);
    res.off('close', leave);
  };
  const count = (chunk: Buffer): void => {
    left -= chunk.length;
    silent.refresh();
    // What the client has sent meanwhile stays where it is.
    if (left <= 0) req.pause();
  };
  const atLast = setTimeout(end, milliseconds);
  const silent = setTimeout(end, quiet);
  req.on('data', count);
  req.once('end', end);
  res.once('close', leave);
  req.resume();
}
