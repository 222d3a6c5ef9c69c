import type { Declaration } from '../../src/config/declaration.js';
import { Closers } from '../../src/async/closers.js';
import { Failure } from '../../src/failure.js';
import { compose } from './compose.js';
import { readConfiguration, type Configuration } from '../preflight/configuration.js';
import type { Environment } from '../environment.js';
import { errorInWords } from '../../src/config/error-in-words.js';
import { Generation } from './generation.js';
import { CurrentGeneration } from './current-generation.js';
import { listen, type RunningServer } from '../listener/http-server.js';
import { ProcessResources } from './process-resources.js';
import type { Log } from '../observability/log.js';
import { listenForGuard } from './listen-for-guard.js';
import { listenForMetrics } from '../listener/metrics-server.js';
import { oneAtATime } from '../../src/async/one-at-a-time.js';
import { LaterLook, logFindings } from '../preflight/later-look.js';
import { portTrouble } from '../listener/port-trouble.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';

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
  readonly shares: readonly DeclaredShare[];
  /** Reads the declaration and the site anew and goes on with them; with the old ones where anything is wrong. */
  reload(): Promise<void>;
  /** Finishes running requests and ends all that was started. */
  stop(): Promise<void>;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where davgate listens, and for what. */
interface Places {
  readonly listen: Place;
  readonly metrics: Place | undefined;
  readonly 'guard.http': Place | undefined;
  readonly 'guard.fastcgi': Place | undefined;
}

/** A declaration put together, not yet answering. */
interface Begun {
  readonly declared: Configuration;
  readonly places: Places;
  readonly generation: Generation;
}

/**
 * Loads the declaration, opens what it names and listens.
 * @throws DeclarationError; Failure for what could not be opened
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
    const again = async (): Promise<Begun> => begin(await readConfiguration(file, environment));
    return {
      host,
      ...running(server, generations, places, { again, later, close: () => closers.close(), log }),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface RunningParts {
  /** Reads everything anew. */
  readonly again: () => Promise<Begun>;
  readonly later: LaterLook;
  readonly close: () => Promise<void>;
  readonly log: Log;
}

function running(
  server: RunningServer,
  generations: CurrentGeneration,
  places: Places,
  { again, later, close, log }: RunningParts,
): Omit<Davgate, 'host'> {
  let stopped: Promise<void> | undefined;
  const reload = oneAtATime(async () => {
    if (stopped) return;
    let next: Begun | undefined;
    try {
      next = await again();
      refuseLoss(generations.current, next.generation);
    } catch (error) {
      await next?.generation.close();
      log.error({ reason: errorInWords(error) }, 'not reloaded: what was declared before goes on');
      return;
    }
    for (const name of ['listen', 'metrics', 'guard.http', 'guard.fastcgi'] as const) {
      const [old, place] = [places[name], next.places[name]];
      if (place?.host === old?.host && place?.port === old?.port) continue;
      log.warn(
        { host: place?.host, port: place?.port },
        `"${name}" has changed, which takes effect at the next start only`,
      );
    }
    generations.replace(next.generation);
    log.info({ shares: declaredIn(next.generation).map(({ path }) => path) }, 'reloaded');
    later.begin(next.declared);
  });
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
    reload: () => (reloading = reload()),
    stop: () => (stopped ??= stop()),
  };
}

function placesOf({ listen: declared, metrics, guard }: Declaration, { host, port }: RunOptions): Places {
  return {
    listen: { host: host ?? declared.host, port: port ?? declared.port },
    metrics,
    'guard.http': guard?.http,
    'guard.fastcgi': guard?.fastcgi,
  };
}

/** A share that does not serve at first, as one without its Apache, is no reason to give up one that does. */
function refuseLoss(old: Generation, next: Generation): void {
  const reason = faultsIn(next)[0];
  if (reason !== undefined && faultsIn(old).length === 0) throw new Failure('unavailable', reason);
}

/** Why shares do not serve. */
function faultsIn({ composition }: Generation): string[] {
  return composition.parts.shares.all.flatMap(({ fault }) => fault?.() ?? []);
}

function declaredIn({ composition }: Generation): DeclaredShare[] {
  return composition.parts.shares.all.map(({ declared }) => declared);
}
