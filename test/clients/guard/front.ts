import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../../helpers/until.js';

/** Another web server in front, in a process of its own. */
export interface Front {
  readonly url: string;
  readonly pid: number;
  end(): Promise<void>;
}

/** Starts it and waits until it listens. */
export async function startFront(
  program: string,
  args: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Front> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await until(async () => {
    if (isOver()) throw new Error(`${program} ended: ${complaints}`);
    return listens(port);
  }, `${program} listens`);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    end: async () => {
      if (isOver()) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
