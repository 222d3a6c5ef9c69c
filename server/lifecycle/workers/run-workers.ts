import type { Environment } from '../../environment.js';
import { mallocSettings } from '../malloc-settings.js';
import { Closers } from '../../../src/async/closers.js';
import { listenForMetrics } from '../../listener/metrics-server.js';
import { Metrics } from '../../observability/metrics.js';
import { SummedMetrics } from '../../observability/summed-metrics.js';
import { LaterLook, logFindings } from '../../preflight/background-site-check.js';
import { readConfiguration, type Configuration } from '../../preflight/configuration.js';
import { placesOf } from '../begun.js';
import { running, type Davgate, type RunOptions } from '../davgate.js';
import { reloadOf } from '../reload.js';
import { Parent } from './parent.js';
import { WorkerPool } from './worker-pool.js';

/**
 * Runs the parent of workers that answer requests.
 * @throws Failure with what could not be opened
 */
export async function runWorkers(
  options: RunOptions,
  declared: Configuration,
  processesOf: (declared: Configuration) => number,
): Promise<Davgate> {
  const { file, environment, log, output } = options;
  const processes = processesOf(declared);
  const places = placesOf(declared.declaration, options);
  const parent = new Parent(processes, environment, log);
  const later = new LaterLook(log);
  const closers = new Closers();
  closers.add(() => parent.close());
  const metrics =
    places.metrics &&
    new Metrics({ derivations: () => parent.checks.derivations, waiting: () => parent.deriver.waiting });
  const summed =
    metrics &&
    new SummedMetrics(metrics.contentType, async () => [await metrics.snapshot(), ...(await pool.metrics())]);
  const pool = new WorkerPool({
    file,
    processes,
    places,
    metrics: metrics !== undefined,
    parent,
    output,
    log,
    variables: unset(mallocSettings(), environment.variables),
    keepMetrics: (last) => {
      void summed?.keep(last);
    },
  });
  const open = async (from: Configuration) => {
    logFindings(from.findings, from.declaration.positions, log);
    return parent.open(from);
  };
  try {
    const first = await open(declared);
    parent.take(first);
    if (summed) {
      const observed = await listenForMetrics(summed, places.metrics, log);
      closers.add(() => observed.stop(0));
    }
    const port = await pool.start(first);
    const { host } = places.listen;
    log.info({ host, port, workers: processes }, 'listening');
    closers.add(() => later.close());
    later.begin(declared);
    const reload = reloadOf({
      faults: () => (parent.current.fault === undefined ? [] : [parent.current.fault]),
      places,
      processes,
      processesOf,
      again: async () => {
        const from = await readConfiguration(file, environment);
        const generation = await open(from);
        try {
          await pool.prepare(generation);
        } catch (error) {
          await parent.drop(generation);
          throw error;
        }
        return {
          declared: from,
          places: placesOf(from.declaration, options),
          shares: from.declaration.shares,
          faults: generation.fault === undefined ? [] : [generation.fault],
          take: () => pool.commit(generation),
          drop: async () => {
            await pool.drop(generation);
            await parent.drop(generation);
          },
        };
      },
      later,
      log,
    });
    return running({
      host,
      port,
      shares: declared.declaration.shares,
      reload,
      finish: () => pool.stop(),
      close: () => closers.close(),
      log,
    });
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** Those of `settings` that this process was started without. */
function unset(
  settings: Readonly<Record<string, string>>,
  variables: Environment['variables'],
): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => variables[name] === undefined));
}
