import { spawn } from 'node:child_process';
import { freePort } from '../../clients/helpers/free-port.js';
import { answering, type Peer } from '../peer.js';
import type { OpenServerOptions } from './program.js';

/**
 * `rclone serve webdav`, which writes through its cache at once: without it, rclone could not replace a file. It forgets
 * folders after a second, since the rounds change files behind its back.
 */
export async function startRclone({ documents, work, cores }: OpenServerOptions): Promise<Peer> {
  const port = await freePort();
  const caching = ['--dir-cache-time', '1s', '--vfs-cache-mode', 'off', '--cache-dir', work];
  const args = [
    'serve',
    'webdav',
    '--addr',
    `127.0.0.1:${port}`,
    '--config',
    '/dev/null',
    ...caching,
    documents,
  ];
  const child = spawn('rclone', args, {
    stdio: 'ignore',
    env: { ...process.env, GOMAXPROCS: String(cores) },
  });
  return answering(child, `http://127.0.0.1:${port}`, '/');
}
