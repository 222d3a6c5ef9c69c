import { Closers } from '../../../src/async/closers.js';
import { dividedLimits, type LimitsDeclaration } from '../../../src/config/limits.js';
import { loadDeclaration } from '../../../src/config/load.js';
import { userInWords } from '../../../src/config/rights.js';
import type { z } from 'zod';
import type { Environment } from '../../environment.js';
import type { HandedOver } from '../../listener/connection-source.js';
import type { Listener } from '../../listener/port-errors.js';
import type { RunningServer } from '../../listener/http-server.js';
import type { Log } from '../../observability/log.js';
import { compose } from '../compose.js';
import { CurrentGeneration } from '../current-generation.js';
import { Generation } from '../generation.js';
import { grace, listenForClients } from '../listen.js';
import { listenForGuard } from '../listen-for-guard.js';
import { ProcessResources } from '../process-resources.js';
import { Channel, type Port } from './channel.js';
import { findVerified, rememberVerified } from './exchanges.js';
import { begin, closed, commit, drop, listenNow, prepare, readMetrics, ready, stop } from './orders.js';
import { remoteCommon } from './remote-common.js';
import { RemoteFailureCounter } from './remote-counter.js';
import { RemoteSvn } from './remote-svn.js';
import { SharedTurns } from './shared-turns.js';

type Begin = z.infer<typeof begin.question>;

/** What a worker has once it has begun. */
interface Begun {
  readonly resources: ProcessResources;
  readonly places: Begin['places'];
}

/** Answers requests, as the parent orders. */
export class WorkerProcess {
  /** Resolves when it has answered the order to stop. */
  readonly stopped: Promise<void>;
  readonly #channel: Channel;
  readonly #environment: Environment;
  readonly #log: Log;
  readonly #svn: RemoteSvn;
  readonly #closers = new Closers();
  readonly #prepared = new Map<number, Generation>();
  #begun: Begun | undefined;
  #generations: CurrentGeneration | undefined;
  /** Those of the first declaration, for connections: a reload does not change them. */
  #limits: LimitsDeclaration | undefined;
  #server: RunningServer | undefined;

  constructor(port: Port, environment: Environment, log: Log) {
    this.#environment = environment;
    this.#log = log;
    const channel = new Channel(port, {
      fault: (err) => {
        log.error({ err }, 'a message between the processes failed');
      },
    });
    this.#channel = channel;
    this.#svn = new RemoteSvn(channel);
    channel.answer(begin, (order) => this.#begin(order));
    channel.answer(prepare, (order) => this.#prepare(order));
    channel.answer(commit, ({ generation }) => this.#commit(generation));
    channel.answer(drop, ({ generation }) => this.#drop(generation));
    channel.answer(listenNow, () => this.#listen());
    channel.answer(readMetrics, async () => (await this.#own().resources.metrics?.snapshot()) ?? []);
    this.stopped = new Promise((resolve) => {
      channel.answer(stop, async () => {
        await this.#stop();
        // After the answer has been sent.
        setImmediate(resolve);
        return null;
      });
    });
    channel.tell(ready, null);
  }

  #own(): Begun {
    if (!this.#begun) throw new Error('The worker has not begun.');
    return this.#begun;
  }

  #begin({ processes, places, metrics, secrets }: Begin): null {
    const channel = this.#channel;
    const resources = new ProcessResources({
      pid: this.#environment.pid,
      metrics,
      shared: {
        processes,
        failures: new RemoteFailureCounter(channel),
        turns: new SharedTurns(channel),
        verifiedElsewhere: (hashers) => ({
          secrets,
          find: async (key, place) => (await channel.ask(findVerified, { hashers, key, place })) ?? undefined,
          remember: (key, encoded, place) => {
            channel.tell(rememberVerified, { hashers, key, place, encoded });
          },
        }),
        openCommon: (opening) => Promise.resolve(remoteCommon(channel, this.#svn, opening)),
      },
    });
    this.#closers.add(() => resources.close());
    this.#begun = { resources, places };
    return null;
  }

  async #prepare({ generation, file, text, site }: z.infer<typeof prepare.question>): Promise<null> {
    const { resources } = this.#own();
    const whole = loadDeclaration(file, userInWords(this.#environment), text);
    const limits = dividedLimits(whole.limits, resources.processes);
    this.#limits ??= limits;
    const declaration = { ...whole, limits };
    const composition = await compose(
      { declaration, site, warnings: [], generation },
      resources,
      this.#environment,
      this.#log,
    );
    const close = async (): Promise<void> => {
      await composition.close();
      this.#channel.tell(closed, { generation });
    };
    this.#prepared.set(generation, new Generation({ ...composition, close }));
    return null;
  }

  #commit(number: number): null {
    const next = this.#take(number);
    if (this.#generations) this.#generations.replace(next);
    else {
      const generations = new CurrentGeneration(next, this.#log);
      this.#generations = generations;
      this.#closers.add(() => generations.close());
    }
    return null;
  }

  async #drop(number: number): Promise<null> {
    const prepared = this.#prepared.get(number);
    this.#prepared.delete(number);
    await prepared?.close();
    return null;
  }

  #take(number: number): Generation {
    const prepared = this.#prepared.get(number);
    if (!prepared) throw new Error('This declaration was not prepared.');
    this.#prepared.delete(number);
    return prepared;
  }

  /** Connections come from the parent, which listens. */
  async #listen(): Promise<null> {
    const { places } = this.#own();
    const generations = this.#generations;
    const limits = this.#limits;
    if (!generations || !limits) throw new Error('No declaration answers requests yet.');
    const guard = {
      'guard.http': places.guardHttp ?? undefined,
      'guard.fastcgi': places.guardFastcgi ?? undefined,
    };
    const handedOver = {
      'guard.http': this.#handedOver('guard.http'),
      'guard.fastcgi': this.#handedOver('guard.fastcgi'),
    };
    this.#closers.add(await listenForGuard(generations, guard, limits, this.#log, handedOver));
    this.#server = await listenForClients(
      generations,
      places.listen,
      limits,
      this.#log,
      this.#handedOver('listen'),
    );
    return null;
  }

  #handedOver(listener: Listener): HandedOver {
    return {
      onConnection: (take) => {
        this.#channel.take(listener, take);
      },
    };
  }

  async #stop(): Promise<void> {
    await this.#server?.stop(grace);
    for (const generation of this.#prepared.values()) await generation.close();
    await this.#closers.close();
  }
}
