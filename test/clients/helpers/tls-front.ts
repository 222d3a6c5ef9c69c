import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { pipeline } from 'node:stream';
import { makeCertificate } from '../../servers/certificates.js';

/** A TLS proxy in front of a plain server. */
export interface TlsFront {
  readonly port: number;
  /** Where it sends requests on; set before the first. */
  behind: number;
  close(): Promise<void>;
}

/**
 * Takes https for `localhost` and sends plain HTTP on, as nginx does by default: with a Host of its own.
 * @param forwards whether it tells scheme and host in X-Forwarded fields
 */
export async function startTlsFront(forwards: boolean): Promise<TlsFront> {
  const { cert, key } = makeCertificate();
  const server = createServer({ cert, key, maxHeaderSize: 256 * 1024 });
  server.on('request', (incoming, response) => {
    const headers = incoming.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 && name.toLowerCase() !== 'host' ? [name, all[index + 1] ?? ''] : [],
    );
    const told = ['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', incoming.headers.host ?? ''];
    const outgoing = request({
      host: '127.0.0.1',
      port: front.behind,
      method: incoming.method,
      path: incoming.url,
      headers: ['Host', `127.0.0.1:${front.behind}`, ...headers, ...(forwards ? told : [])],
    });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      pipeline(answer, response, () => undefined);
    });
    outgoing.on('error', () => response.destroy());
    pipeline(incoming, outgoing, () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const front: TlsFront = {
    port: address.port,
    behind: 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}
