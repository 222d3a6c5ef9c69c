import { availableParallelism, hostname } from 'node:os';
import { DerivationGate } from '../../src/credentials/derivation-gate.js';
import type { FailureCounter } from '../../src/credentials/failure-counter.js';
import { MemoryFailureCounter } from '../../src/credentials/memory-failure-counter.js';
import { VerifiedCredentials } from '../../src/credentials/verified-credentials.js';
import { treeSlots, treeTurnLimits } from '../../src/dav/tree-turns.js';
import { DerivationPool } from '../../src/django/hashers/derivation-pool.js';
import type { StateDatabase } from '../../src/state/database.js';
import type { StagingOwner } from '../../src/storage/local/staging.js';
import { PathTurns } from '../../src/storage/path-turns.js';
import type { FileSystem } from '../../src/storage/module/file-system-module.js';
import { Metrics } from '../observability/metrics.js';
import { RequestsUnderWay } from '../pipeline/requests-under-way.js';
import { UsagePool } from '../../src/async/usage-pool.js';

export interface ProcessResourcesOptions {
  /** This process's. */
  readonly pid: number;
  /** Whether figures are kept for an administrator. */
  readonly metrics: boolean;
}

/** What counts the passwords that it has derived. */
interface Deriving {
  readonly derivations: number;
}

/** What outlives a reload, and what two compositions must share while the old one finishes its requests. */
export class ProcessResources {
  readonly deriver: DerivationPool;
  readonly gate: DerivationGate;
  readonly underWay = new RequestsUnderWay();
  readonly failures: FailureCounter = new MemoryFailureCounter();
  /**
   * By where they are. Two connections to one file would block each other: the driver waits for a lock without letting the
   * process go on that holds it.
   */
  readonly states = new UsagePool<StateDatabase>((database) => database.destroy());
  /** By their module and its options. Another one might not have the same files, if it keeps them in memory. */
  readonly fileSystems = new UsagePool<FileSystem>(() => undefined);
  readonly stagingOwner: StagingOwner;
  /** Of requests that change whole trees: an old composition's may be under way yet. */
  readonly treeTurns = new PathTurns(treeTurnLimits);
  readonly treeSlots = treeSlots();
  /** Missing where nobody is told. */
  readonly metrics: Metrics | undefined;
  /** Of compositions that are closed. */
  #derivations = 0;
  readonly #counting = new Set<Deriving>();
  #verified = { hashers: '', credentials: new VerifiedCredentials() };

  constructor({ pid, metrics }: ProcessResourcesOptions) {
    const cores = availableParallelism();
    this.deriver = new DerivationPool({ size: cores });
    this.gate = new DerivationGate({ atOnce: cores });
    this.stagingOwner = { host: hostname(), pid, isAlive, now: Date.now, unfinished: new Set() };
    this.metrics = metrics
      ? new Metrics({ derivations: () => this.#derived(), waiting: () => this.gate.waiting })
      : undefined;
  }

  /** Counts what one composition derives among all that were derived. @returns what to call when it is closed */
  countDerivationsOf(deriving: Deriving): () => void {
    this.#counting.add(deriving);
    return () => {
      if (this.#counting.delete(deriving)) this.#derivations += deriving.derivations;
    };
  }

  #derived(): number {
    return Array.from(this.#counting).reduce((sum, { derivations }) => sum + derivations, this.#derivations);
  }

  /** The credentials that these hashers have verified: none that another list of them would have refused. */
  verifiedBy(hashers: readonly string[]): VerifiedCredentials {
    const named = hashers.join();
    if (named !== this.#verified.hashers) {
      this.#verified = { hashers: named, credentials: new VerifiedCredentials() };
    }
    return this.#verified.credentials;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.deriver.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
