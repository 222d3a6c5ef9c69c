import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Environment } from '../environment.js';
import type { DestinationStream } from 'pino';
import type { Log } from '../observability/log.js';

export interface RunOptions {
  /** The declaration file. */
  readonly file: string;
  /** The host and port override those in the declaration. */
  readonly host?: string;
  readonly port?: number;
  readonly environment: Environment;
  readonly log: Log;
  /** Where the lines of the log go; those of workers, too. */
  readonly output: DestinationStream;
}

/** A running davgate. */
export interface Davgate {
  readonly host: string;
  readonly port: number;
  readonly shares: readonly DeclaredShare[];
  /** Reloads the declaration and the site. If anything is wrong, the old ones stay in effect. */
  reload(): Promise<void>;
  /** Finishes running requests and stops everything that davgate started. */
  stop(): Promise<void>;
}

interface RunningParts extends Pick<Davgate, 'host' | 'port' | 'shares' | 'reload'> {
  /** Finishes running requests. */
  readonly finish: () => Promise<void>;
  /** Closes everything. */
  readonly close: () => Promise<void>;
  readonly log: Log;
}

/** A davgate that runs. */
export function running({ host, port, shares, reload, finish, close, log }: RunningParts): Davgate {
  let stopped: Promise<void> | undefined;
  let reloading: Promise<void> = Promise.resolve();
  const stop = async (): Promise<void> => {
    await finish();
    await reloading;
    await close();
    log.info({}, 'stopped');
  };
  return {
    host,
    port,
    shares,
    reload: () => (stopped ? Promise.resolve() : (reloading = reload())),
    stop: () => (stopped ??= stop()),
  };
}
