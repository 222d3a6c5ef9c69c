import { Closers } from '../../src/async/closers.js';
import { listenForMetrics } from '../listener/metrics-server.js';
import { LaterLook, logFindings } from '../preflight/background-site-check.js';
import { readConfiguration, type Configuration } from '../preflight/configuration.js';
import { declaredIn, faultsIn, placesOf } from './begun.js';
import { compose } from './compose.js';
import { CurrentGeneration } from './current-generation.js';
import { running, type Davgate, type RunOptions } from './davgate.js';
import { Generation } from './generation.js';
import { grace, listenForClients } from './listen.js';
import { listenForGuard } from './listen-for-guard.js';
import { ProcessResources } from './process-resources.js';
import { reloadOf } from './reload.js';
import { runWorkers } from './workers/run-workers.js';

/**
 * Loads the declaration, opens what it names, and listens: in this process, or in as many workers as it asks for.
 * @throws DeclarationError; Failure with what could not be opened
 */
export async function run(options: RunOptions): Promise<Davgate> {
  const { file, environment } = options;
  const declared = await readConfiguration(file, environment);
  const processesOf = ({ declaration }: Configuration): number => declaration.workers ?? 1;
  return processesOf(declared) === 1
    ? runAlone(options, declared, processesOf)
    : runWorkers(options, declared, processesOf);
}

async function runAlone(
  options: RunOptions,
  declared: Configuration,
  processesOf: (declared: Configuration) => number,
): Promise<Davgate> {
  const { file, environment, log } = options;
  const resources = new ProcessResources({
    pid: environment.pid,
    metrics: declared.declaration.metrics !== undefined,
  });
  const open = async (from: Configuration): Promise<Generation> => {
    logFindings(from.findings, from.declaration.positions, log);
    return new Generation(await compose(from, resources, environment, log));
  };
  const later = new LaterLook(log);
  const closers = new Closers();
  closers.add(() => resources.close());
  try {
    const places = placesOf(declared.declaration, options);
    const generations = new CurrentGeneration(await open(declared), log);
    closers.add(() => generations.close());
    if (resources.metrics && places.metrics) {
      const observed = await listenForMetrics(resources.metrics, places.metrics, log);
      closers.add(() => observed.stop(0));
    }
    const { limits } = declared.declaration;
    closers.add(await listenForGuard(generations, places, limits, log));
    const { host } = places.listen;
    const server = await listenForClients(generations, places.listen, limits, log);
    const { port } = server.address;
    log.info({ host, port }, 'listening');
    closers.add(() => later.close());
    later.begin(declared);
    const reload = reloadOf({
      faults: () => faultsIn(generations.current),
      places,
      processes: 1,
      processesOf,
      again: async () => {
        const from = await readConfiguration(file, environment);
        const generation = await open(from);
        return {
          declared: from,
          places: placesOf(from.declaration, options),
          shares: declaredIn(generation),
          faults: faultsIn(generation),
          take: () => {
            generations.replace(generation);
          },
          drop: () => generation.close(),
        };
      },
      later,
      log,
    });
    return running({
      host,
      port,
      shares: declaredIn(generations.current),
      reload,
      finish: () => server.stop(grace),
      close: () => closers.close(),
      log,
    });
  } catch (error) {
    await closers.close();
    throw error;
  }
}
