import { spawn } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apacheConfig } from '../../src/svn/apache-config.js';
import { findApache } from '../../src/svn/find-apache.js';
import { freePort } from '../clients/free-port.js';
import { run } from '../clients/programs.js';
import { answering, type Peer } from './peer.js';

/**
 * Starts an Apache with the same configuration as davgate's own, less what keeps others out, that also serves the
 * sample's files.
 * @param sample the sample's folder; the other user that Apache runs as must reach it, as `work`
 */
export async function startBareApache(sample: string, work: string): Promise<Peer> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const owner = await stat(join(sample, 'svn'));
  const runtimeFolder = join(work, 'apache');
  await mkdir(runtimeFolder);
  await run('chown', [`${owner.uid}:${owner.gid}`, runtimeFolder]);
  const locations = [{ path: '/svn', parentPath: join(sample, 'svn') }];
  const guarded = apacheConfig({ port, runtimeFolder, modules: program.modules, locations });
  const bare = guarded
    .replace(/^ *(Auth\w+|Anonymous\w*|<\/?RequireAll>|Require) ?.*\n/gm, '')
    .replace(/^DocumentRoot .*$/m, `DocumentRoot "${sample}"`)
    .replaceAll(/^<Location "(.*)">$/gm, '<Location "$1">\n  Require all granted');
  const configuration = join(work, 'httpd.conf');
  await writeFile(configuration, bare);
  const child = spawn(program.binary, ['-DFOREGROUND', '-f', configuration], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DAVGATE_UPSTREAM_PROOF: 'unused' },
    ...(process.geteuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}),
  });
  return answering(child, `http://127.0.0.1:${port}`, '/svn/sample/');
}
