import { spawn } from 'node:child_process';
import { freePort } from '../../clients/helpers/free-port.js';
import { answering, type Peer } from '../peer.js';
import type { OpenServerOptions } from './program.js';

/** `rclone serve webdav` with its usual settings: files that others change are seen after five minutes. */
export async function startRclone({ documents, work, cores }: OpenServerOptions): Promise<Peer> {
  const port = await freePort();
  const args = [
    'serve',
    'webdav',
    '--addr',
    `127.0.0.1:${port}`,
    '--config',
    '/dev/null',
    '--cache-dir',
    work,
    documents,
  ];
  const child = spawn('rclone', args, {
    stdio: 'ignore',
    env: { ...process.env, GOMAXPROCS: String(cores) },
  });
  return answering(child, `http://127.0.0.1:${port}`, '/');
}
