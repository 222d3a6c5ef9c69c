import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openConnections } from '../load/load.js';
import { sent } from '../load/expect.js';
import { requestBytes } from '../load/requests.js';
import { fillFolder, ownFolder } from '../servers/site.js';
import { timeOf, type Experiment } from './experiment.js';

const files = 2000;

/** A folder of 2,000 files is copied, the copy is moved, and then deleted. */
export const trees: Experiment = {
  rows: ['copy', 'move', 'delete'],
  peers: ['davgate', 'apache', 'nginx', 'lighttpd', 'rclone'],
  makeFiles: async (site, peers) => {
    for (const name of peers) await fillFolder(join(site.documents, 'files', ownFolder(name), 'tree'), files);
  },
  run: async (server, { site }) => {
    const folder = join(site.documents, 'files', ownFolder(server.name));
    const [connection] = await openConnections(server.port, 1);
    if (!connection) throw new Error('No connection.');
    const act = (method: string, from: string, to?: string) =>
      timeOf(server, () => {
        const destination =
          to === undefined ? {} : { Destination: `${server.url}${server.durable}/${to}/`, Overwrite: 'F' };
        const path = `${server.durable}/${from}/`;
        const headers = { Depth: 'infinity', ...destination };
        return sent(connection, requestBytes(server, { method, path }, { headers }), [200, 201, 204]);
      });
    try {
      const copy = await act('COPY', 'tree', 'copied');
      await expectFiles(join(folder, 'copied'), files);
      const move = await act('MOVE', 'copied', 'moved');
      await expectFiles(join(folder, 'moved'), files);
      const removed = await act('DELETE', 'moved');
      await expectGone(folder, ['copied', 'moved']);
      return { copy, move, delete: removed };
    } finally {
      connection.close();
      for (const name of ['copied', 'moved']) await rm(join(folder, name), { recursive: true, force: true });
    }
  },
};

async function expectFiles(folder: string, count: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  if (names.length !== count) throw new Error(`${names.length} files instead of ${count} arrived.`);
}

async function expectGone(folder: string, names: readonly string[]): Promise<void> {
  const left = (await readdir(folder)).filter((name) => names.includes(name));
  if (left.length > 0) throw new Error(`${left.join(', ')} should be gone.`);
}
