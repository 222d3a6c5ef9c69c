import { loadDeclaration } from '../src/config/load.js';
import { createApp } from './app.js';
import { compose } from './compose.js';
import type { Environment } from './environment.js';
import { listen, type RunningServer } from './http-server.js';
import type { Log } from './log.js';
import { listenForMetrics } from './metrics-server.js';
import type { MountedShare } from './shares.js';

/** Milliseconds that running requests get to finish once the process is asked to end. */
const grace = 25_000;

export interface RunOptions {
  /** The declaration's file. */
  readonly file: string;
  /** Override the declaration's own. */
  readonly host?: string;
  readonly port?: number;
  readonly environment: Environment;
  readonly log: Log;
}

/** A davgate that listens. */
export interface Davgate {
  readonly host: string;
  readonly port: number;
  readonly shares: readonly MountedShare[];
  /** Finishes running requests and ends all that was started. */
  stop(): Promise<void>;
}

/**
 * Loads the declaration, opens what it names and listens.
 * @throws DeclarationError; Failure for what could not be opened; Node's error where the port is taken
 */
export async function run({ file, host, port, environment, log }: RunOptions): Promise<Davgate> {
  const declaration = loadDeclaration(file);
  const { parts, close } = await compose(declaration, environment, log);
  const at = { host: host ?? declaration.listen.host, port: port ?? declaration.listen.port };
  let observed: RunningServer | undefined;
  try {
    if (parts.metrics && declaration.metrics) {
      observed = await listenForMetrics(parts.metrics, declaration.metrics, log);
    }
    const server = await listen(createApp(parts).callback(), at.host, at.port);
    log.info({ host: at.host, port: server.address.port }, 'listening');
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await server.stop(grace);
      await observed?.stop(0);
      await close();
      log.info({}, 'stopped');
    };
    return {
      host: at.host,
      port: server.address.port,
      shares: parts.shares,
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await observed?.stop(0);
    await close();
    throw error;
  }
}
