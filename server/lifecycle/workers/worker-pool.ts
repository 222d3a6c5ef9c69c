import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import { errorInWords } from '../../../src/config/problems.js';
import { isFailure } from '../../../src/failure.js';
import type { Log } from '../../observability/log.js';
import type { MetricSnapshots } from '../../observability/metric-snapshot.js';
import { ChannelClosed } from './channel.js';
import { commit, drop, listenNow, readMetrics, stop } from './orders.js';
import type { ParentGeneration } from './parent-generation.js';
import { Reception } from './reception.js';
import { endedTooEarly, open, prepareIn, whileAlive, type WorkerSetting } from './worker-start.js';
import { endInWords, WorkerHandle } from './worker-handle.js';

/** Milliseconds before the first replacement; doubled for each further one. */
const firstDelay = 100;
const longestDelay = 30_000;
/** Milliseconds after which the end of a worker counts as the first one. */
const healthyRun = 60_000;
/** Milliseconds that a worker gets to answer with its metrics. */
const metricsPatience = 2000;
/** Milliseconds beyond the grace of its requests after which a worker that does not stop is ended. */
const stopPatience = 35_000;

interface WorkerPoolOptions extends WorkerSetting {
  readonly processes: number;
  /** Receives the lines that workers log. */
  readonly output: DestinationStream;
  readonly log: Log;
  /** Environment variables of workers besides those of this process. */
  readonly variables: Readonly<Record<string, string>>;
  /** Is told the last known metrics of a worker that has ended. */
  readonly keepMetrics: (last: MetricSnapshots) => void;
}

/** The workers: started together, replaced when they end, changed over together. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #serving = new Set<WorkerHandle>();
  readonly #all = new Set<WorkerHandle>();
  readonly #metrics = new Map<WorkerHandle, MetricSnapshots>();
  readonly #reception = new Reception();
  readonly #ending = new AbortController();
  /** Replacing a worker and changing over to another declaration exclude each other. */
  #last: Promise<unknown> = Promise.resolve();
  #started = false;
  #ends = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /**
   * Starts all workers. None takes requests before all can.
   * @returns the port that they listen on
   * @throws Failure with what a worker could not open, or `unavailable` if one has ended
   */
  async start(generation: ParentGeneration): Promise<number> {
    const { processes } = this.#options;
    const workers = Array.from({ length: processes }, () => this.#fork());
    try {
      await Promise.all(
        workers.map((worker) => whileAlive(worker, () => open(worker, generation, this.#options))),
      );
      await Promise.all(
        workers.map((worker) => whileAlive(worker, () => worker.channel.ask(listenNow, null))),
      );
      const port = await this.#reception.open(this.#options.places, this.#options.log);
      const gone = workers.find((worker) => !this.#all.has(worker));
      if (gone) throw await endedTooEarly(gone);
      for (const worker of workers) this.#serve(worker);
      this.#started = true;
      return port;
    } catch (error) {
      this.#reception.close();
      await this.#killAll();
      throw error;
    }
  }

  /**
   * Has every worker open a declaration that none answers by yet.
   * @throws Failure with what one of them could not open; all have closed it again then
   */
  async prepare(generation: ParentGeneration): Promise<void> {
    await this.#alone(async () => {
      const outcomes = await Promise.allSettled(
        Array.from(this.#serving, (worker) => prepareIn(worker, generation, this.#options)),
      );
      for (const outcome of outcomes) {
        // A worker that has ended is replaced by one that gets what is in effect then.
        if (outcome.status === 'fulfilled' || outcome.reason instanceof ChannelClosed) continue;
        await this.drop(generation);
        throw outcome.reason;
      }
    });
  }

  /** Makes the prepared declaration answer new requests in all workers. */
  async commit(generation: ParentGeneration): Promise<void> {
    await this.#alone(async () => {
      this.#options.parent.take(generation);
      await Promise.all(
        Array.from(this.#serving, async (worker) => {
          try {
            await worker.channel.ask(commit, { generation: generation.number });
          } catch (err) {
            if (err instanceof ChannelClosed) return;
            // It does not know the declaration: it was started meanwhile, or something is wrong with it.
            this.#options.log.error({ err, of: worker.id }, 'a worker cannot change over: it is replaced');
            worker.kill();
          }
        }),
      );
    });
  }

  /** Closes a prepared declaration in all workers. */
  async drop(generation: ParentGeneration): Promise<void> {
    await Promise.allSettled(
      Array.from(this.#serving, (worker) => worker.channel.ask(drop, { generation: generation.number })),
    );
  }

  /** The metrics of each worker, as they are or, if it does not answer in time, as they were last. */
  async metrics(): Promise<readonly MetricSnapshots[]> {
    return Promise.all(
      Array.from(this.#serving, async (worker) => {
        try {
          const signal = AbortSignal.timeout(metricsPatience);
          const snapshot = await worker.channel.ask(readMetrics, null, signal);
          this.#metrics.set(worker, snapshot);
          return snapshot;
        } catch (error) {
          if (!isFailure(error)) throw error;
          return this.#metrics.get(worker) ?? [];
        }
      }),
    );
  }

  /** Finishes running requests, and resolves when no worker is left. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#reception.close();
    await this.#last;
    const late = setTimeout(() => {
      for (const worker of this.#all) worker.kill();
    }, stopPatience);
    const stopping = Array.from(this.#all, async (worker) => {
      if (this.#serving.has(worker)) await worker.channel.ask(stop, null).catch(() => undefined);
      else worker.kill();
      await worker.ended;
    });
    await Promise.all(stopping);
    clearTimeout(late);
  }

  #fork(): WorkerHandle {
    const { output, log, parent, variables } = this.#options;
    const worker = WorkerHandle.start(output, log, variables);
    const started = performance.now();
    this.#all.add(worker);
    void worker.ended.then((end) => {
      this.#all.delete(worker);
      this.#serving.delete(worker);
      parent.leave(worker.channel);
      const last = this.#metrics.get(worker);
      this.#metrics.delete(worker);
      if (last) this.#options.keepMetrics(last);
      if (!this.#started || this.#isEnding()) return;
      if (performance.now() - started >= healthyRun) this.#ends = 0;
      const milliseconds = Math.min(firstDelay * 2 ** this.#ends, longestDelay);
      this.#ends += 1;
      log.error(
        { of: worker.id, reason: endInWords(end), milliseconds },
        'a worker has ended: another one takes its place',
      );
      void this.#replace(milliseconds);
    });
    return worker;
  }

  async #replace(milliseconds: number): Promise<void> {
    const { signal } = this.#ending;
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    await this.#alone(async () => {
      if (this.#isEnding()) return;
      const worker = this.#fork();
      const { log, parent } = this.#options;
      try {
        await whileAlive(worker, async () => {
          await open(worker, parent.current, this.#options);
          await worker.channel.ask(listenNow, null);
        });
        this.#serve(worker);
        log.info({ of: worker.id }, 'a new worker answers requests');
      } catch (error) {
        if (!this.#isEnding())
          log.error({ of: worker.id, reason: errorInWords(error) }, 'a worker did not start');
        worker.kill();
      }
    });
  }

  #serve(worker: WorkerHandle): void {
    this.#serving.add(worker);
    this.#reception.join(worker.channel);
  }

  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async #killAll(): Promise<void> {
    const all = [...this.#all];
    for (const worker of all) worker.kill();
    await Promise.all(all.map(({ ended }) => ended));
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
