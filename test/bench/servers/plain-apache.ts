import { join } from 'node:path';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { freePort } from '../../clients/helpers/free-port.js';
import type { Peer } from '../peer.js';
import { startConfigured } from './program.js';

/**
 * Apache with mod_dav on a folder and its usual settings, without Subversion.
 * @param documents what is served at the root; @param work an empty folder that its user can write to
 */
export async function startPlainApache(documents: string, work: string): Promise<Peer> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const fileSystem = join(program.modulesFolder, 'mod_dav_fs.so');
  const loaded = program.modules
    .filter(({ identifier }) => !/svn|mime/.test(identifier))
    .map(({ identifier, file }) => `LoadModule ${identifier} "${file}"`);
  return startConfigured([program.binary, '-DFOREGROUND', '-f'], port, join(work, 'httpd.conf'), [
    ...loaded,
    `LoadModule dav_fs_module "${fileSystem}"`,
    `Listen 127.0.0.1:${port}`,
    'ServerName localhost',
    `PidFile "${work}/httpd.pid"`,
    `ErrorLog "${work}/error.log"`,
    `DavLockDB "${work}/locks"`,
    // As root, the workers are another user's; that one may read the files.
    ...(process.geteuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    `DocumentRoot "${documents}"`,
    `<Directory "${documents}">`,
    '  Require all granted',
    '  Dav On',
    '</Directory>',
  ]);
}
