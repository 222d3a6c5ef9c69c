import { Socket } from 'node:net';
import type { Knex } from 'knex';

/**
 * How long a server may leave anything unanswered (a connection, a handshake, a query), in milliseconds. It is told to
 * give up on a statement before that, so that davgate closes only connections to servers that hang.
 */
export const silenceMilliseconds = 4000;
export const statementMilliseconds = 3000;

/** Unused connections end before they count as silent. */
const idleMilliseconds = 2000;

/** The settings that all pools of connections to database servers share. */
export const serverPool: Knex.PoolConfig = {
  min: 0,
  // Reading a user takes three connections at the same time.
  max: 6,
  idleTimeoutMillis: idleMilliseconds,
  reapIntervalMillis: 500,
  createTimeoutMillis: silenceMilliseconds + 1000,
  acquireTimeoutMillis: silenceMilliseconds + 1000,
  destroyTimeoutMillis: 1000,
};

/**
 * A socket, not yet connected, that is destroyed after {@link silenceMilliseconds} without traffic in either
 * direction.
 */
export function impatientSocket(): Socket {
  return socketWithPatience(silenceMilliseconds);
}

/** The same with another limit, in milliseconds. */
export function socketWithPatience(patience: number): Socket {
  const socket = new Socket();
  socket.setTimeout(patience, () => {
    socket.destroy(new Error(`The database server did not answer within ${patience} ms.`));
  });
  return socket;
}

/** Knex would write to the console; every error reaches the caller of the query anyway. */
export const silentLog: Knex.Logger = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

function ignore(): void {
  // Nothing.
}
