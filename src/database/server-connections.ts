import { Socket } from 'node:net';
import type { Knex } from 'knex';

/**
 * How long, in milliseconds, a server may leave anything unanswered: connecting, a handshake, a query. It is told to
 * give up on a statement before that, so that only a server that hangs is hung up on.
 */
export const silenceMilliseconds = 4000;
export const statementMilliseconds = 3000;

/** Connections that nobody uses end before they count as silent. */
const idleMilliseconds = 2000;

/** What all pools of connections to database servers have in common. */
export const serverPool: Knex.PoolConfig = {
  min: 0,
  // Reading a user takes three at once.
  max: 6,
  idleTimeoutMillis: idleMilliseconds,
  reapIntervalMillis: 500,
  createTimeoutMillis: silenceMilliseconds + 1000,
  acquireTimeoutMillis: silenceMilliseconds + 1000,
  destroyTimeoutMillis: 1000,
};

/** A socket, not yet connected, that is destroyed once nothing went either way for {@link silenceMilliseconds}. */
export function impatientSocket(): Socket {
  return socketWithPatience(silenceMilliseconds);
}

/** The same with another patience, in milliseconds. */
export function socketWithPatience(patience: number): Socket {
  const socket = new Socket();
  socket.setTimeout(patience, () => {
    socket.destroy(new Error(`The database server did not answer within ${patience} ms.`));
  });
  return socket;
}
