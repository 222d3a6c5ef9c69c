import { join } from 'node:path';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { startBareApache } from '../../clients/helpers/bare-apache.js';
import type { Peer } from '../peer.js';
import type { OpenServerOptions } from './program.js';

export interface OpenApacheOptions extends OpenServerOptions {
  /** Absolute folder of repositories, served at /svn. */
  readonly repositories: string;
  /** The path of a file. */
  readonly probe: string;
}

/**
 * Apache with mod_dav and mod_dav_svn and the settings of davgate's own, less what keeps others out; with sendfile, and
 * with room for a thousand idle connections.
 */
export async function startOpenApache({
  documents,
  work,
  repositories,
  probe,
}: OpenApacheOptions): Promise<Peer> {
  const apache = await startBareApache({
    repositories,
    work,
    documents,
    directives: await davDirectives(work, [
      `<Directory "${documents}">`,
      '  Require all granted',
      '  Dav On',
      '</Directory>',
      '<Location "/">',
      '  Require all granted',
      '</Location>',
    ]),
    probe,
  });
  return { url: apache.url, pid: apache.process.pid ?? 0, end: () => apache.end() };
}

/** Lines that make an Apache configuration for svn serve files too. @param work writable for its user */
export async function davDirectives(work: string, places: readonly string[]): Promise<string[]> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  return [
    `LoadModule dav_fs_module "${join(program.modulesFolder, 'mod_dav_fs.so')}"`,
    `DavLockDB "${work}/locks"`,
    'EnableSendfile On',
    'AsyncRequestWorkerFactor 16',
    'ListenBacklog 4096',
    ...places,
  ];
}
