import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much of a body to read after a response that did not wait for it. */
interface RestLimits {
  /** In bytes; beyond this, the connection is closed. */
  readonly bytes: number;
  /** How long a closing connection stays open so that the client can read the response, in milliseconds. */
  readonly milliseconds: number;
}

/** For strangers: the first request of a client, which it repeats with a password, rarely has a larger body. */
export const restOfStrangers: RestLimits = { bytes: 64 * 1024, milliseconds: 5000 };
/**
 * For known users: some clients read the response only after they have sent the whole body. Apache allows for this too.
 */
export const restOfUsers: RestLimits = { bytes: 256 * 1024 ** 2, milliseconds: 60_000 };

/** How long a closing connection may stay idle, in milliseconds. */
const quiet = 2000;

/**
 * Whether the connection must be closed after the response to a request with an incomplete body, because the rest of
 * the body is, or may be, larger than the limit.
 * @param known whether the body is from a known user
 */
export function hasTooMuchLeft({ headers }: IncomingMessage, known: boolean): boolean {
  const { bytes } = known ? restOfUsers : restOfStrangers;
  // A chunked body may never end. For known users, the limit applies as the chunks arrive.
  return headers['content-length'] === undefined ? !known : Number(headers['content-length']) > bytes;
}

/**
 * Reads and drops the rest of a body so that the connection can be reused, or closes the connection if the rest is
 * larger than `bytes`. Call it before the response ends: after that, Node itself reads an unread body, without a limit.
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
 * Ends a response after which the connection closes, once the client has had time to read it: closing a connection with
 * unread bytes resets it, and the response is lost. Until then, reads and drops the rest of the body.
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
    // Leaves further bytes from the client unread.
    if (left <= 0) req.pause();
  };
  const atLast = setTimeout(end, milliseconds);
  const silent = setTimeout(end, quiet);
  req.on('data', count);
  req.once('end', end);
  res.once('close', leave);
  req.resume();
}
