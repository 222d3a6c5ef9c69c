import { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { ListenPlace } from './port-errors.js';

/** Connections that another process has accepted and hands over. */
export interface HandedOver {
  /** Takes every connection from now on. */
  onConnection(take: (socket: Socket) => void): void;
}

/** A server that takes connections. */
export interface OpenServer {
  readonly address: AddressInfo;
  /** Takes no more; resolves when the last connection has closed. */
  close(): Promise<void>;
}

/**
 * Lets a server take connections: from a port of its own, or those that are handed over.
 * @throws Node's error if the port cannot be opened
 */
export function openServer(
  server: Server,
  place: ListenPlace,
  handed: HandedOver | undefined,
): Promise<OpenServer> {
  return handed ? Promise.resolve(takeHandedOver(server, place, handed)) : listenAt(server, place);
}

async function listenAt(server: Server, { host, port }: ListenPlace): Promise<OpenServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server is not listening on a port.');
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

function takeHandedOver(server: Server, { host, port }: ListenPlace, handed: HandedOver): OpenServer {
  const open = new Set<Socket>();
  let closing = false;
  let last = (): void => undefined;
  handed.onConnection((socket) => {
    if (closing) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      if (closing && open.size === 0) last();
    });
    // As servers make theirs: a client may close its half when it has sent its request.
    socket.allowHalfOpen = true;
    server.emit('connection', socket);
  });
  // From then on Node looks for header sections that do not end.
  if (server instanceof HttpServer) server.emit('listening');
  return {
    address: { address: host, port, family: host.includes(':') ? 'IPv6' : 'IPv4' },
    close: () =>
      new Promise((resolve) => {
        closing = true;
        last = () => {
          server.close();
          resolve();
        };
        if (open.size === 0) last();
      }),
  };
}
