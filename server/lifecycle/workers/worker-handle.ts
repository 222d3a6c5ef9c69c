import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { DestinationStream } from 'pino';
import type { Log } from '../../observability/log.js';
import { Channel, ChannelClosed } from './channel.js';
import { lineRelay } from './line-relay.js';
import { ready } from './orders.js';
import { portOf } from './ports.js';

/** How a worker has ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A worker as the parent sees it. */
export class WorkerHandle {
  readonly id: number;
  readonly channel: Channel;
  /** Resolves when it hears orders; rejects if it has ended before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<WorkerEnd>;
  readonly #worker: Worker;

  private constructor(worker: Worker, output: DestinationStream, log: Log) {
    this.#worker = worker;
    this.id = worker.id;
    this.channel = new Channel(portOf(worker), {
      fault: (err) => {
        log.error({ err, of: worker.id }, 'a message between the processes failed');
      },
    });
    worker.process.stdout?.on('data', lineRelay(output));
    worker.on('error', (err) => {
      log.error({ err, of: worker.id }, 'a worker cannot be reached');
    });
    this.ready = new Promise((resolve, reject) => {
      this.channel.hear(ready, () => {
        resolve();
      });
      worker.once('exit', () => {
        reject(new ChannelClosed());
      });
    });
    // Whoever waits for it is told.
    this.ready.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      // A worker that could not be started does not exit.
      worker.process.once('error', () => {
        if (worker.process.pid === undefined) resolve({ code: null, signal: null });
      });
      worker.once('exit', (code: number | null, signal: string | null) => {
        resolve({ code, signal });
      });
    });
  }

  /**
   * Starts a worker.
   * @param output receives whole lines of its log
   * @param variables environment variables besides those of this process
   */
  static start(
    output: DestinationStream,
    log: Log,
    variables: Readonly<Record<string, string>>,
  ): WorkerHandle {
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('./worker-program.js', import.meta.url)),
      args: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    return new WorkerHandle(cluster.fork(variables), output, log);
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}

export function endInWords({ code, signal }: WorkerEnd): string {
  return signal === null ? `it ended with status ${code ?? 'none'}` : `it was ended by ${signal}`;
}
