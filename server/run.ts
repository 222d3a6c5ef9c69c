import type { Declaration } from '../src/config/declaration.js';
import { Failure } from '../src/failure.js';
import { compose } from './compose.js';
import { readDeclared, type Declared } from './declared.js';
import type { Environment } from './environment.js';
import { errorInWords } from './error-in-words.js';
import { Generation } from './generation.js';
import { Generations } from './generations.js';
import { listen, type RunningServer } from './http-server.js';
import { Lasting } from './lasting.js';
import type { Log } from './log.js';
import { listenForMetrics } from './metrics-server.js';
import { oneAtATime } from './one-at-a-time.js';
import { LaterLook, logFindings } from './preflight/later-look.js';
import { portTrouble } from './preflight/listening.js';
import type { MountedShare, SvnService } from './shares.js';

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
}

/** A declaration put together, not yet answering. */
interface Begun {
  readonly declared: Declared;
  readonly places: Places;
  readonly generation: Generation;
}

/**
 * Loads the declaration, opens what it names and listens.
 * @throws DeclarationError; Failure for what could not be opened
 */
export async function run(options: RunOptions): Promise<Davgate> {
  const { file, environment, log } = options;
  const declared = await readDeclared(file, environment);
  const lasting = new Lasting({ pid: environment.pid, metrics: declared.declaration.metrics !== undefined });
  const begin = async (from: Declared): Promise<Begun> => {
    logFindings(from.findings, log);
    return {
      declared: from,
      places: placesOf(from.declaration, options),
      generation: new Generation(await compose(from, lasting, environment, log)),
    };
  };
  const later = new LaterLook(log);
  const closers: (() => Promise<void>)[] = [() => lasting.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const { places, generation } = await begin(declared);
    const generations = new Generations(generation, log);
    closers.push(() => generations.close());
    if (lasting.metrics && places.metrics) {
      const observed = await listenForMetrics(lasting.metrics, places.metrics, log);
      closers.push(() => observed.stop(0));
    }
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
    closers.push(() => later.close());
    later.begin(declared);
    const again = async (): Promise<Begun> => begin(await readDeclared(file, environment));
    return { host, ...running(server, generations, places, { again, later, close, log }) };
  } catch (error) {
    await close();
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
  generations: Generations,
  places: Places,
  { again, later, close, log }: RunningParts,
): Omit<Davgate, 'host'> {
  let stopped: Promise<void> | undefined;
  const reload = oneAtATime(async () => {
    if (stopped) return;
    let next: Begun | undefined;
    try {
      next = await again();
      refuseLossOfSvn(generations.current, next.generation);
    } catch (error) {
      await next?.generation.close();
      log.error({ reason: errorInWords(error) }, 'not reloaded: what was declared before goes on');
      return;
    }
    for (const name of ['listen', 'metrics'] as const) {
      const [old, place] = [places[name], next.places[name]];
      if (place?.host === old?.host && place?.port === old?.port) continue;
      log.warn({ ...place }, `"${name}" has changed, which takes effect at the next start only`);
    }
    generations.replace(next.generation);
    log.info({ shares: pathsOf(next.generation) }, 'reloaded');
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
    shares: generations.current.composition.parts.shares,
    reload: () => (reloading = reload()),
    stop: () => (stopped ??= stop()),
  };
}

function placesOf({ listen: declared, metrics }: Declaration, { host, port }: RunOptions): Places {
  return { listen: { host: host ?? declared.host, port: port ?? declared.port }, metrics };
}

/** An Apache that does not start is no reason to give up one that runs. @throws Failure `unavailable` */
function refuseLossOfSvn(old: Generation, next: Generation): void {
  const missing = svnOf(next)
    .map(lackOf)
    .find((reason) => reason !== undefined);
  if (missing !== undefined && svnOf(old).some((service) => lackOf(service) === undefined)) {
    throw new Failure('unavailable', missing);
  }
}

/** Why a service does not serve; undefined where it does. */
function lackOf(service: SvnService): string | undefined {
  return service.kind === 'missing' ? service.reason : service.unserved?.()?.reason;
}

function svnOf({ composition }: Generation): SvnService[] {
  return composition.parts.shares.flatMap((share) => (share.kind === 'svn' ? [share.service] : []));
}

function pathsOf({ composition }: Generation): string[] {
  return composition.parts.shares.map(({ declared }) => declared.path);
}
