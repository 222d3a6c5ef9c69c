import { spawn, type SpawnOptions } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { answering, type Peer } from '../peer.js';

/** What a WebDAV server without authentication needs to start. */
export interface OpenServerOptions {
  /** Absolute folder that is served at the root. */
  readonly documents: string;
  /** Absolute folder for configuration and state, the server's own. */
  readonly work: string;
  /** How many processors it may use. */
  readonly cores: number;
}

/** Writes a server's configuration, starts it, and waits until it answers. */
export async function startConfigured(
  [program = '', ...args]: readonly string[],
  port: number,
  file: string,
  lines: readonly string[],
  options: SpawnOptions = {},
): Promise<Peer> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn(program, [...args, file], { stdio: 'ignore', ...options });
  return answering(child, `http://127.0.0.1:${port}`, '/');
}
