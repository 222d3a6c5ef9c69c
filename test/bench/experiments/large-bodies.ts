import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openConnections } from '../load/load.js';
import { sent } from '../load/expect.js';
import { requestBytes } from '../load/requests.js';
import type { PeerName } from '../rows.js';
import { largeBytes, ownFolder } from '../servers/site.js';
import { timeOf, type Experiment, type Sample } from './experiment.js';

const servers: readonly PeerName[] = ['davgate', 'apache', 'nginx', 'lighttpd', 'rclone'];
const piece = Buffer.alloc(1024 * 1024, 'a large body, ');

/** One client fetches, and one sends, 512 MB. */
export const largeBodies: readonly Experiment[] = [
  {
    rows: ['get-512'],
    peers: servers,
    makeFiles: (site) => site.needLarge(),
    run: async (server) => {
      const [connection] = await openConnections(server.port, 1);
      if (!connection) throw new Error('No connection.');
      const get = requestBytes(server, { method: 'GET', path: '/files/large' });
      const taken = await timeOf(server, async () => {
        const { bodyBytes } = await sent(connection, get, [200]);
        if (bodyBytes !== largeBytes) throw new Error(`${server.name}: ${bodyBytes} bytes of a large file`);
      });
      connection.close();
      return { 'get-512': perSecond(taken) };
    },
  },
  {
    rows: ['put-512'],
    peers: servers,
    run: async (server, { site }) => {
      const [connection] = await openConnections(server.port, 1);
      if (!connection) throw new Error('No connection.');
      const path = `${server.durable}/large`;
      const put = requestBytes(server, { method: 'PUT', path }, { length: largeBytes });
      const body = { piece, bytes: largeBytes };
      const taken = await timeOf(server, () => sent(connection, put, [200, 201, 204], { body }));
      connection.close();
      const file = join(site.documents, 'files', ownFolder(server.name), 'large');
      const { size } = await stat(file);
      if (size !== largeBytes) throw new Error(`${server.name}: ${size} bytes arrived of a large file`);
      await rm(file);
      return { 'put-512': perSecond(taken) };
    },
  },
];

function perSecond({ figure, ...taken }: Sample): Sample {
  return { ...taken, figure: largeBytes / 1_000_000 / figure };
}
