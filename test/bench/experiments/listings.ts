import { openConnections, type Step } from '../load/load.js';
import { sent } from '../load/expect.js';
import { propfindBytes, type AskedProperties } from '../load/requests.js';
import type { PeerName, RowName } from '../rows.js';
import type { Server } from '../servers/fleet.js';
import { rateOf, type Experiment } from './experiment.js';

/** Those that list a folder within a second: where Django is asked through mod_wsgi, it is asked for each member. */
const listers: readonly PeerName[] = ['davgate', 'apache', 'nginx', 'lighttpd', 'rclone'];

/** Rows of one client that lists a large folder, and again. */
export const listings: readonly Experiment[] = [
  listing('list-1000-allprop', 1000, 'allprop'),
  listing('list-1000-seven', 1000, 'seven'),
  listing('list-10000-allprop', 10_000, 'allprop'),
  listing('list-10000-seven', 10_000, 'seven'),
];

function listing(name: RowName, entries: number, asked: AskedProperties): Experiment {
  return {
    rows: [name],
    peers: listers,
    makeFiles: (site) => site.needListing(entries),
    prepare: async (_bench, servers) => {
      for (const server of servers) await checkListing(server, entries, asked);
    },
    run: async (server, { seconds }) => {
      const rate = await rateOf(server, { clients: 1, seconds, step: listFolder(server, entries, asked) });
      return { [name]: { ...rate, figure: 1000 / rate.figure } };
    },
  };
}

/** Lists a folder that `needListing` has made. */
export function listFolder(server: Server, entries: number, asked: AskedProperties): Step {
  const propfind = propfindBytes(server, `/files/list-${entries}/`, '1', asked);
  return async (connection) => {
    const { bodyBytes } = await sent(connection, propfind, [207]);
    // No server describes a member in fewer bytes; their number is checked before the measurement.
    if (bodyBytes < entries * 200)
      throw new Error(`${server.name}: ${bodyBytes} bytes for ${entries} members`);
  };
}

/** @throws Error unless the listing has every member, and each with its length */
async function checkListing(server: Server, entries: number, asked: AskedProperties): Promise<void> {
  const [connection] = await openConnections(server.port, 1);
  if (!connection) throw new Error('No connection.');
  const propfind = propfindBytes(server, `/files/list-${entries}/`, '1', asked);
  const { body } = await sent(connection, propfind, [207], { keepBody: true });
  connection.close();
  const xml = body.toString();
  const members = xml.match(/<(\w+:)?response[ >]/g)?.length ?? 0;
  const lengths = xml.match(/<(\w+:)?getcontentlength[^>]*>\d/g)?.length ?? 0;
  if (members !== entries + 1 || lengths < entries)
    throw new Error(`${server.name}: ${members} responses and ${lengths} lengths for ${entries} members`);
}
