import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectFolder } from '../clients/helpers/davgate.js';
import { freePort } from '../clients/helpers/free-port.js';
import { curl } from '../clients/helpers/programs.js';

/** A server that is measured, in a process of its own. */
export interface Peer {
  readonly url: string;
  readonly pid: number;
  end(): Promise<void>;
}

/**
 * Starts one of the built programs on a declaration, its log thrown away.
 * @param program below dist/
 */
export async function startServer(program: string, declaration: string): Promise<Peer> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(projectFolder, 'dist', program), declaration], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return answering(child, `http://127.0.0.1:${port}`, '/');
}

/** Waits until a server gives an answer for `path`, whichever it is but a fault of its own. */
export async function answering(child: ChildProcess, url: string, path: string): Promise<Peer> {
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  for (let tries = 0; tries < 400 && child.exitCode === null; tries += 1) {
    const status = await curl(url + path).then(
      (answer) => answer.status,
      () => 500,
    );
    if (status < 500 && child.pid !== undefined) return { url, pid: child.pid, end };
    await delay(25);
  }
  await end();
  throw new Error(`The server for ${url} did not start.`);
}
