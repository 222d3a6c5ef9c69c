import { fieldOf } from '../load/answer-head.js';
import type { Step } from '../load/load.js';
import { openConnections } from '../load/load.js';
import { sent } from '../load/expect.js';
import { propfindBytes, requestBytes } from '../load/requests.js';
import { peerNames, type PeerName, type RowName } from '../rows.js';
import type { Server } from '../servers/fleet.js';
import { smallText } from '../servers/site.js';
import { rateOf, type Bench, type Experiment } from './experiment.js';

const path = '/files/small.txt';

/** Files that each client writes in turn. */
const filesEach = 50;

const dav: readonly PeerName[] = peerNames.filter((name) => name !== 'floor');

const lockinfo =
  '<?xml version="1.0" encoding="utf-8"?>\n<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  '<D:locktype><D:write/></D:locktype><D:owner>bench</D:owner></D:lockinfo>';

/** Rows of requests that are soon answered, by many clients at once. */
export const smallRequests: readonly Experiment[] = [
  repeated('get', peerNames, (server) => {
    const get = requestBytes(server, { method: 'GET', path });
    return async (connection) => {
      const { bodyBytes } = await sent(connection, get, [200]);
      if (bodyBytes !== smallText.length)
        throw new Error(`${server.name}: ${bodyBytes} bytes of a small file`);
    };
  }),
  repeated('not-modified', peerNames, async (server) => {
    const headers = { 'If-None-Match': await entityTag(server) };
    const get = requestBytes(server, { method: 'GET', path }, { headers });
    return async (connection) => {
      await sent(connection, get, [304]);
    };
  }),
  repeated('propfind-0', peerNames, (server) => {
    const propfind = propfindBytes(server, path, '0', 'seven');
    return async (connection) => {
      await sent(connection, propfind, [207]);
    };
  }),
  repeated('put-relaxed', dav, (server) => puts(server, server.relaxed)),
  repeated('put-durable', ['davgate', 'apache'], (server) => puts(server, server.durable)),
  // Apache loses locks that several clients take at once: the write that follows is then refused.
  repeated('lock', dav, lockCycles, 1),
];

function repeated(
  name: RowName,
  peers: readonly PeerName[],
  step: (server: Server) => Step | Promise<Step>,
  only?: number,
): Experiment {
  return {
    rows: [name],
    peers,
    run: async (server, { clients, seconds, leastSteps = 0 }: Bench) => ({
      [name]: await rateOf(server, {
        clients: only ?? clients,
        seconds,
        step: await step(server),
        // Where each request takes a derivation, there is nothing to warm up.
        leastSteps: server.name === 'mod_wsgi' ? 0 : leastSteps,
      }),
    }),
  };
}

async function entityTag(server: Server): Promise<string> {
  const [connection] = await openConnections(server.port, 1);
  if (!connection) throw new Error('No connection.');
  try {
    const { head } = await sent(connection, requestBytes(server, { method: 'GET', path }), [200]);
    const tag = fieldOf(head, 'ETag');
    if (tag === undefined) throw new Error(`${server.name} gives no entity tag: ${head}`);
    return tag;
  } finally {
    connection.close();
  }
}

function puts(server: Server, folder: string): Step {
  const requests = new Map<string, Buffer>();
  return async (connection, client, turn) => {
    const file = `${folder}/put-${client}-${turn % filesEach}.txt`;
    const put =
      requests.get(file) ?? requestBytes(server, { method: 'PUT', path: file }, { body: smallText });
    requests.set(file, put);
    await sent(connection, put, [200, 201, 204]);
  };
}

function lockCycles(server: Server): Step {
  return async (connection, client) => {
    const file = `${server.relaxed}/lock-${client}.txt`;
    const lock = requestBytes(
      server,
      { method: 'LOCK', path: file },
      { headers: { 'Content-Type': 'application/xml', Timeout: 'Second-600' }, body: lockinfo },
    );
    const { head } = await sent(connection, lock, [200, 201]);
    const token = fieldOf(head, 'Lock-Token') ?? '';
    const put = { headers: { If: `(${token})` }, body: smallText };
    await sent(connection, requestBytes(server, { method: 'PUT', path: file }, put), [200, 201, 204]);
    const unlock = { headers: { 'Lock-Token': token } };
    await sent(connection, requestBytes(server, { method: 'UNLOCK', path: file }, unlock), [204]);
  };
}
