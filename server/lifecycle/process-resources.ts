import { availableParallelism, hostname } from 'node:os';
import { bodyMemory } from '../../src/async/body-memory.js';
import { PieceBuffers } from '../../src/async/piece-buffers.js';
import { UsagePool } from '../../src/async/usage-pool.js';
import { DerivationGate } from '../../src/credentials/derivation-gate.js';
import type { FailureCounter } from '../../src/credentials/failure-counter.js';
import { MemoryFailureCounter } from '../../src/credentials/memory-failure-counter.js';
import { VerifiedCredentials, type VerifiedElsewhere } from '../../src/credentials/verified-credentials.js';
import { treeSlots, treeTurnLimits } from '../../src/dav/tree-turns.js';
import { DerivationPool } from '../../src/django/hashers/derivation-pool.js';
import type { StateDatabase } from '../../src/state/database.js';
import type { StagingOwner } from '../../src/storage/local/staging.js';
import { PathTurns, type Turns } from '../../src/storage/path-turns.js';
import type { FairSlots } from '../../src/async/fair-slots.js';
import { openCommon, type Common, type CommonOpening } from './common-services.js';
import type { FileSystem } from '../../src/storage/module/file-system-module.js';
import { isAlive } from '../environment.js';
import { Metrics } from '../observability/metrics.js';
import { RequestsUnderWay } from '../pipeline/request-limits.js';
import { returnMemory } from './memory-return.js';

/** What this process shares with others that answer requests to the same port: it is in their parent. */
export interface SharedResources {
  /** How many processes answer requests. */
  readonly processes: number;
  readonly failures: FailureCounter;
  readonly turns: Turns;
  readonly openCommon: (opening: CommonOpening) => Promise<Common>;
  /** What the others have verified with these hashers. */
  readonly verifiedElsewhere: (hashers: string) => VerifiedElsewhere;
}

interface ProcessResourcesOptions {
  /** The id of this process. */
  readonly pid: number;
  /** Whether to collect metrics. */
  readonly metrics: boolean;
  /** Missing where this process answers all requests. */
  readonly shared?: SharedResources;
}

/** Something that counts the passwords that it has derived. */
interface Deriving {
  readonly derivations: number;
}

/** Resources that outlive a reload, and that two compositions must share while the old one finishes its requests. */
export class ProcessResources {
  readonly gate: DerivationGate;
  readonly underWay = new RequestsUnderWay();
  readonly bodyMemory = bodyMemory();
  readonly pieces = new PieceBuffers(this.bodyMemory);
  readonly failures: FailureCounter;
  /** How many processes answer requests; limits for all of them are divided by it. */
  readonly processes: number;
  readonly openCommon: (opening: CommonOpening) => Promise<Common>;
  /**
   * State databases by location. Two connections to one file would block each other: the driver waits for a lock
   * synchronously, while the same process holds it.
   */
  readonly states = new UsagePool<StateDatabase>((database) => database.destroy());
  /** By module and options. A second instance would not have the same files if the module keeps them in memory. */
  readonly fileSystems = new UsagePool<FileSystem>(() => undefined);
  readonly stagingOwner: StagingOwner;
  /** For requests that change whole trees. Requests of an old composition may still be running. */
  readonly treeTurns: Turns;
  readonly treeSlots: FairSlots;
  /** Undefined if the declaration has no "metrics". */
  readonly metrics: Metrics | undefined;
  readonly #endReturning = returnMemory();
  /** Derivations of closed compositions. */
  #derivations = 0;
  readonly #deriver: DerivationPool | undefined;
  readonly #counting = new Set<Deriving>();
  readonly #verifiedElsewhere: SharedResources['verifiedElsewhere'] | undefined;
  #verified: { readonly hashers: string; readonly credentials: VerifiedCredentials } | undefined;

  constructor({ pid, metrics, shared }: ProcessResourcesOptions) {
    const cores = availableParallelism();
    this.processes = shared?.processes ?? 1;
    this.treeSlots = treeSlots({}, this.processes);
    if (shared) {
      this.failures = shared.failures;
      this.treeTurns = shared.turns;
      this.openCommon = shared.openCommon;
      this.#verifiedElsewhere = shared.verifiedElsewhere;
    } else {
      const deriver = new DerivationPool({ size: cores });
      this.#deriver = deriver;
      this.failures = new MemoryFailureCounter();
      this.treeTurns = new PathTurns(treeTurnLimits);
      this.openCommon = (opening) => openCommon(opening, deriver);
    }
    this.gate = new DerivationGate({ atOnce: cores });
    this.stagingOwner = { host: hostname(), pid, isAlive, now: Date.now, unfinished: new Set() };
    // What the parent has derived, it counts itself.
    const derivations = shared ? () => 0 : () => this.#derived();
    this.metrics = metrics ? new Metrics({ derivations, waiting: () => this.gate.waiting }) : undefined;
  }

  /** Adds the derivations of one composition to the total. @returns a function to call when it is closed */
  countDerivationsOf(deriving: Deriving): () => void {
    this.#counting.add(deriving);
    return () => {
      if (this.#counting.delete(deriving)) this.#derivations += deriving.derivations;
    };
  }

  #derived(): number {
    return Array.from(this.#counting).reduce((sum, { derivations }) => sum + derivations, this.#derivations);
  }

  /** Credentials verified with these hashers. A different list of hashers starts with none. */
  verifiedBy(hashers: readonly string[]): VerifiedCredentials {
    const named = hashers.join();
    if (named !== this.#verified?.hashers) {
      const credentials = new VerifiedCredentials(undefined, this.#verifiedElsewhere?.(named));
      this.#verified = { hashers: named, credentials };
    }
    return this.#verified.credentials;
  }

  /** Ends the threads for derivations. */
  async close(): Promise<void> {
    this.#endReturning();
    await this.#deriver?.close();
  }
}
