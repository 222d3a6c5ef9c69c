import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../clients/helpers/davgate.js';
import { freePort } from '../../clients/helpers/free-port.js';
import { answering, type Peer } from '../peer.js';
import type { OpenServerOptions } from './program.js';

/** Bare node:http, a process for each processor. */
export async function startFloor({ documents, cores }: OpenServerOptions): Promise<Peer> {
  const port = await freePort();
  const program = join(projectFolder, 'dist/test/bench/servers/floor-program.js');
  const child = spawn(process.execPath, [program, documents, String(cores)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: String(port) },
  });
  return answering(child, `http://127.0.0.1:${port}`, '/');
}
