import { once } from 'node:events';
import { createServer } from 'node:net';
import { Failure } from '../../failure.js';

/** A TCP port of the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Failure('internal', 'The server could not bind a loopback port.');
  }
  return address.port;
}
