import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server } from '../servers/fleet.js';
import {
  files,
  filesEach,
  giveToApache,
  logs,
  makeRepository,
  svnMeasurement,
  workingCopy,
  type Copy,
  type SvnCommandName,
} from '../svn-work.js';
import { timeOf, type Experiment, type Sample } from './experiment.js';

const copies = new WeakMap<Server, Copy>();

/** The five commands on a tree of 3,000 files, each server with a repository of its own. */
export const svn: Experiment = {
  rows: ['svn-checkout', 'svn-export', 'svn-update', 'svn-commit', 'svn-log'],
  peers: ['davgate', 'apache'],
  // What is made before has checked out once.
  withoutWarmUp: true,
  prepare: async ({ site }, servers) => {
    for (const server of servers) {
      const name = `bench-${server.name}`;
      await makeRepository(join(site.repositories, name));
      const copy = await workingCopy(`${server.url}/svn/${name}`, name, site.work);
      const fetched = await readdir(join(copy.folder, '29'));
      if (fetched.length !== filesEach)
        throw new Error(`${server.name}: ${fetched.length} files checked out`);
      copies.set(server, copy);
    }
  },
  run: async (server) => ({
    'svn-checkout': await measured(server, 'checkout'),
    'svn-export': await measured(server, 'export'),
    'svn-commit': await measured(server, 'commit'),
    'svn-update': await measured(server, 'update'),
    'svn-log': await measured(server, 'log'),
  }),
};

/**
 * Where Django is asked through mod_wsgi, for each file: measured for the hundred files of one folder, and given for as
 * many as in the other columns.
 */
export const svnThroughModWsgi: Experiment = {
  rows: ['svn-checkout', 'svn-export'],
  peers: ['mod_wsgi'],
  withoutWarmUp: true,
  prepare: async ({ site }, [server]) => {
    if (!server) return;
    const repository = join(site.repositories, 'bench-mod_wsgi');
    await makeRepository(repository);
    const copy = await workingCopy(`file://${repository}`, 'bench-mod_wsgi', site.work);
    await giveToApache(repository);
    copies.set(server, { ...copy, url: `${server.url}/svn/bench-mod_wsgi/0` });
  },
  run: async (server) => ({
    'svn-checkout': scaled(await measured(server, 'checkout')),
    'svn-export': scaled(await measured(server, 'export')),
  }),
};

async function measured(server: Server, command: SvnCommandName): Promise<Sample> {
  const copy = copies.get(server);
  if (!copy) throw new Error(`${server.name} has no working copy.`);
  let microseconds = Number.NaN;
  const figure = await svnMeasurement(command, copy, async (act) => {
    let seconds = Number.NaN;
    const taken = await timeOf(server, async () => {
      seconds = await act();
    });
    microseconds = (taken.microseconds ?? Number.NaN) / (command === 'log' ? logs : 1);
    return seconds;
  });
  return { figure, microseconds };
}

function scaled({ figure, microseconds = Number.NaN }: Sample): Sample {
  const factor = files / filesEach;
  return { figure: figure * factor, microseconds: microseconds * factor };
}
