import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSample } from '../clients/helpers/davgate.js';
import { startBareApache } from './bare-apache.js';
import { alternately, report } from './measuring.js';
import { startModWsgi } from './mod-wsgi.js';
import { startServer } from './peer.js';
import {
  files,
  filesEach,
  makeRepository,
  svnCommandNames,
  svnMeasurement,
  workingCopy,
  type Copy,
} from './svn-work.js';

/** Folders that are fetched from the incumbent, which takes minutes for the whole; its time is given for each file. */
const fewFolders = 1;
const rounds = 3;

/**
 * Checkout, export, update, commit and log of a tree of 3,000 files with a password, against a bare Apache that asks
 * for none and, for a hundred of these files, against Apache that asks Django through mod_wsgi.
 */
export async function subversion(): Promise<void> {
  const sample = await makeSample();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  for (const folder of [sample, work]) await chmod(folder, 0o755);
  // Nobody reads the log: that would take a core from those who are measured.
  const davgate = await startServer('server/main.js', join(sample, 'shares.json'));
  const bare = await startBareApache(sample, work);
  const incumbent = await startModWsgi(sample, work);
  try {
    for (const name of ['ours', 'theirs']) await makeRepository(join(sample, 'svn', name));
    const ours = await workingCopy(`${davgate.url}/svn/ours`, 'ours', work);
    const theirs = await workingCopy(`${bare.url}/svn/theirs`, 'theirs', work);
    for (const name of svnCommandNames) {
      const medians = await alternately(
        rounds,
        () => svnMeasurement(name, ours),
        () => svnMeasurement(name, theirs),
      );
      report(`svn ${name} of ${files} files, seconds`, ['davgate', 'bare Apache'], medians);
    }
    if (incumbent) {
      const some = (copy: Copy): Copy => ({ ...copy, url: `${copy.url}/0` });
      for (const name of ['checkout', 'export'] as const) {
        const few = await alternately(
          rounds,
          () => svnMeasurement(name, some(ours)),
          () => svnMeasurement(name, some({ ...ours, url: `${incumbent.url}/svn/ours` })),
        );
        report(
          `svn ${name} of ${fewFolders * filesEach} files, seconds a file`,
          ['davgate', 'Apache with mod_wsgi'],
          { ours: few.ours / (fewFolders * filesEach), theirs: few.theirs / (fewFolders * filesEach) },
        );
      }
    } else {
      process.stdout.write(
        'Apache with mod_wsgi is not measured: libapache2-mod-wsgi-py3 is not installed.\n',
      );
    }
  } finally {
    await incumbent?.end();
    await bare.end();
    await davgate.end();
    for (const folder of [sample, work]) await rm(folder, { recursive: true, force: true });
  }
}
