import { Closers } from '../../src/async/closers.js';
import { Failure } from '../../src/failure.js';
import { compose } from './compose.js';
import { readConfiguration, type Configuration } from '../preflight/configuration.js';
import type { Environment } from '../environment.js';
import { declaredIn, placesOf, type Begun } from './begun.js';
import { Generation } from './generation.js';
import { reloadOf } from './reload.js';
import { CurrentGeneration } from './current-generation.js';
import { listen, type RunningServer } from '../listener/http-server.js';
import { ProcessResources } from './process-resources.js';
import type { Log } from '../observability/log.js';
import { listenForGuard } from './listen-for-guard.js';
import { listenForMetrics } from '../listener/metrics-server.js';
import { LaterLook, logFindings } from '../preflight/background-site-check.js';
import { portTrouble } from '../listener/port-errors.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';

/** How long running requests get to finish when davgate stops, in milliseconds. */
const grace = 25_000;

interface RunOptions {
  /** The declaration file. */
  readonly file: string;
  /** The host and port override those in the declaration. */
  readonly host?: string;
  readonly port?: number;
  readonly environment: Environment;
  readonly log: Log;
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

/**
 * Loads the declaration, opens what it names, and listens.
 * @throws DeclarationError; Failure with what could not be opened
 */
export async function run(options: RunOptions): Promise<Davgate> {
  const { file, environment, log } = options;
  const declared = await readConfiguration(file, environment);
  const resources = new ProcessResources({
    pid: environment.pid,
    metrics: declared.declaration.metrics !== undefined,
  });
  const begin = async (from: Configuration): Promise<Begun> => {
    logFindings(from.findings, from.declaration.positions, log);
    return {
      declared: from,
      places: placesOf(from.declaration, options),
      generation: new Generation(await compose(from, resources, environment, log)),
    };
  };
  const later = new LaterLook(log);
  const closers = new Closers();
  closers.add(() => resources.close());
  try {
    const { places, generation } = await begin(declared);
    const generations = new CurrentGeneration(generation, log);
    closers.add(() => generations.close());
    if (resources.metrics && places.metrics) {
      const observed = await listenForMetrics(resources.metrics, places.metrics, log);
      closers.add(() => observed.stop(0));
    }
    closers.add(await listenForGuard(generations, declared.declaration, log));
    const { host } = places.listen;
    const server = await listen((req, res) => generations.handle(req, res), {
      ...places.listen,
      limits: {
        ...declared.declaration.limits,
        isProxy: (address) => generations.current.composition.parts.trustedProxies.has(address),
      },
      log,
    }).catch((cause: unknown) => {
      const message = `"listen": ${portTrouble('listen', places.listen, cause)}.`;
      throw new Failure('unavailable', message, { cause });
    });
    log.info({ host, port: server.address.port }, 'listening');
    closers.add(() => later.close());
    later.begin(declared);
    const reload = reloadOf({
      generations,
      places,
      again: async () => begin(await readConfiguration(file, environment)),
      later,
      log,
    });
    return { host, ...running(server, generations, { reload, close: () => closers.close(), log }) };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface RunningParts {
  readonly reload: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly log: Log;
}

function running(
  server: RunningServer,
  generations: CurrentGeneration,
  { reload, close, log }: RunningParts,
): Omit<Davgate, 'host'> {
  let stopped: Promise<void> | undefined;
  let reloading: Promise<void> = Promise.resolve();
  const stop = async (): Promise<void> => {
    await server.stop(grace);
    await reloading;
    await close();
    log.info({}, 'stopped');
  };
  return {
    port: server.address.port,
    shares: declaredIn(generations.current),
    reload: () => (stopped ? Promise.resolve() : (reloading = reload())),
    stop: () => (stopped ??= stop()),
  };
}
