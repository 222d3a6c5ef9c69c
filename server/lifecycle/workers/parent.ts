import { availableParallelism } from 'node:os';
import { newCredentialSecrets } from '../../../src/credentials/credential-key.js';
import { VerifiedCredentials } from '../../../src/credentials/verified-credentials.js';
import { MemoryFailureCounter } from '../../../src/credentials/memory-failure-counter.js';
import { DerivationPool } from '../../../src/django/hashers/derivation-pool.js';
import { Failure } from '../../../src/failure.js';
import type { Environment } from '../../environment.js';
import type { Log } from '../../observability/log.js';
import type { Configuration } from '../../preflight/configuration.js';
import type { Channel } from './channel.js';
import {
  beginElsewhere,
  beginQuota,
  checkPassword,
  countQuota,
  findSvn,
  findVerified,
  rememberVerified,
  measuredQuota,
  permissionsBySite,
  quotaSpace,
  readyRules,
  releaseQuota,
  reserveQuota,
  retireSvn,
  settleQuota,
  signInBySite,
  svnChanged,
  unmeasuredQuota,
} from './exchanges.js';
import { closed } from './orders.js';
import { ParentGeneration } from './parent-generation.js';
import { answerCounter } from './remote-counter.js';
import { SharedChecks } from './shared-checks.js';
import { TurnsOffice } from './turns-office.js';

/** What must be one on a machine, for all workers: it answers what they ask. */
export class Parent {
  readonly checks = new SharedChecks();
  /** What all workers make the keys of credentials with. */
  readonly secrets = newCredentialSecrets();
  readonly deriver: DerivationPool;
  readonly #failures = new MemoryFailureCounter();
  /** What workers have verified with the hashers of the newest declaration. */
  #verified = { hashers: '', credentials: new VerifiedCredentials() };
  readonly #turns = new TurnsOffice();
  readonly #workers = new Set<Channel>();
  /** By number, with the workers that use it. */
  readonly #generations = new Map<
    number,
    { readonly generation: ParentGeneration; readonly users: Set<Channel> }
  >();
  readonly #environment: Environment;
  readonly #log: Log;
  #current: ParentGeneration | undefined;
  #number = 0;

  /** @param processes how many workers there are */
  constructor(processes: number, environment: Environment, log: Log) {
    const cores = availableParallelism();
    this.deriver = new DerivationPool({ size: cores, waiting: 256 + cores * processes });
    this.#environment = environment;
    this.#log = log;
  }

  /** The declaration that answers requests. */
  get current(): ParentGeneration {
    if (!this.#current) throw new Failure('unavailable', 'No declaration is in effect yet.');
    return this.#current;
  }

  /** Opens what a declaration needs here; no worker uses it yet. @throws Failure */
  async open(configuration: Configuration): Promise<ParentGeneration> {
    const number = (this.#number += 1);
    const generation = await ParentGeneration.open(number, configuration, {
      deriver: this.deriver,
      checks: this.checks,
      environment: this.#environment,
      log: this.#log,
      news: {
        changed: (status) => {
          for (const worker of this.#workers) worker.tell(svnChanged, { generation: number, status });
        },
        retire: (share) => {
          for (const worker of this.#workers) {
            worker.tell(retireSvn, { generation: number, share: share ?? null });
          }
        },
      },
    });
    this.#generations.set(number, { generation, users: new Set() });
    return generation;
  }

  /** Notes that a worker is about to use a declaration, until it tells otherwise or ends. */
  use(generation: ParentGeneration, worker: Channel): void {
    this.#generations.get(generation.number)?.users.add(worker);
  }

  /** Makes a declaration the one that new workers get; the old one is closed when the last worker has left it. */
  take(next: ParentGeneration): void {
    const old = this.#current;
    this.#current = next;
    old?.retire();
    if (old) this.#closeIfUnused(old.number);
  }

  /** Closes a declaration that did not come into effect. */
  async drop(generation: ParentGeneration): Promise<void> {
    this.#generations.delete(generation.number);
    await generation.close();
  }

  /** Answers a worker from now on. */
  join(channel: Channel): void {
    this.#workers.add(channel);
    this.#turns.join(channel);
    answerCounter(channel, this.#failures);
    this.#answerSignIn(channel);
    this.#answerSvn(channel);
    this.#answerQuotas(channel);
    channel.hear(closed, ({ generation }) => {
      this.#generations.get(generation)?.users.delete(channel);
      this.#closeIfUnused(generation);
    });
  }

  /** Ends what a worker that has ended has left. */
  leave(channel: Channel): void {
    this.#workers.delete(channel);
    this.#turns.leave(channel);
    for (const [number, { generation, users }] of [...this.#generations]) {
      generation.quotas.leave(channel);
      if (users.delete(channel)) this.#closeIfUnused(number);
    }
  }

  async close(): Promise<void> {
    for (const { generation } of [...this.#generations.values()]) await generation.close();
    this.#generations.clear();
    await this.deriver.close();
  }

  #closeIfUnused(number: number): void {
    const known = this.#generations.get(number);
    if (!known || known.users.size > 0 || known.generation === this.#current) return;
    this.#generations.delete(number);
    known.generation.close().catch((err: unknown) => {
      this.#log.error({ err }, 'resources from before the reload could not be closed');
    });
  }

  #of(number: number): ParentGeneration {
    const known = this.#generations.get(number);
    if (!known) throw new Failure('unavailable', 'This declaration is no longer in effect.');
    return known.generation;
  }

  #answerSignIn(channel: Channel): void {
    channel.answer(checkPassword, ({ generation, password, encoded }) =>
      this.#of(generation).check(password, encoded ?? undefined),
    );
    channel.answer(findVerified, ({ hashers, key, place }) =>
      hashers === this.#verified.hashers ? (this.#verified.credentials.encodedOf(key, place) ?? null) : null,
    );
    channel.hear(rememberVerified, ({ hashers, key, place, encoded }) => {
      if (hashers !== this.#verified.hashers) {
        this.#verified = { hashers, credentials: new VerifiedCredentials() };
      }
      this.#verified.credentials.remember(key, encoded, place);
    });
    channel.answer(signInBySite, async ({ generation, username, password, place, address }) => {
      const from = { ...(place !== null && { place }), ...(address !== null && { address }) };
      const user = await this.#of(generation).signIn(username, password, from);
      if (user === 'in vain') return { inVain: true as const };
      if (!user) return { user: null, proof: null };
      return { user: { id: user.id, username: user.username }, proof: user.proof ?? null };
    });
    channel.answer(permissionsBySite, ({ generation, user }) => this.#of(generation).permissionsOf(user));
  }

  #answerSvn(channel: Channel): void {
    channel.answer(findSvn, ({ generation }) => this.#of(generation).svnStatus());
    channel.answer(readyRules, ({ generation, share, username }) =>
      this.#of(generation).readyRules(share, username ?? undefined),
    );
  }

  #answerQuotas(channel: Channel): void {
    const meterOf = ({
      generation,
      share,
    }: {
      generation: number;
      share: Parameters<ParentGeneration['quotas']['of']>[0];
    }) => this.#of(generation).quotas.of(share);
    channel.answer(beginQuota, (named) => meterOf(named).begin(channel));
    channel.answer(measuredQuota, ({ bytes, ...named }) => {
      meterOf(named).measured(channel, bytes);
      return null;
    });
    channel.hear(unmeasuredQuota, (named) => {
      meterOf(named).unmeasured(channel);
    });
    channel.answer(beginElsewhere, ({ bytes, ...named }) => {
      meterOf(named).beginElsewhere(bytes);
      return null;
    });
    channel.answer(quotaSpace, (named) => meterOf(named).meter.space());
    channel.answer(countQuota, ({ bytes, ...named }) => {
      meterOf(named).meter.count(bytes);
      return null;
    });
    channel.answer(reserveQuota, ({ reservation, bytes, ...named }) => {
      meterOf(named).reserve(channel, reservation, bytes);
      return null;
    });
    channel.answer(settleQuota, ({ reservation, bytes, ...named }) => {
      meterOf(named).settle(channel, reservation, bytes);
      return null;
    });
    channel.answer(releaseQuota, ({ reservation, ...named }) => {
      meterOf(named).release(channel, reservation);
      return null;
    });
  }
}
