import { Allowance } from '../../src/async/allowance.js';
import { Closers } from '../../src/async/closers.js';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { Throttle } from '../../src/credentials/throttle.js';
import type { LockLimits } from '../../src/dav/locks/limits.js';
import { KnownQueries } from '../../src/dav/properties/known-queries.js';
import type { PropertyLimits } from '../../src/dav/properties/limits.js';
import type { PropertyQuota } from '../../src/dav/properties/property-store.js';
import type { XmlLimits } from '../../src/xml/tree.js';
import { openDatabase } from '../../src/database/open-database.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { TrustedProxies } from '../../src/http/client-address.js';
import type { ServerPath } from '../../src/http/target.js';
import { openStateDatabase } from '../../src/state/database.js';
import { SqlFailureCounter } from '../../src/state/sql-failure-counter.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { byUsers, type AppParts } from '../pipeline/app.js';
import { openGuard, type OpenGuard } from '../pipeline/open-guard.js';
import type { Configuration } from '../preflight/configuration.js';
import type { Environment } from '../environment.js';
import type { ProcessResources } from './process-resources.js';
import type { Log } from '../observability/log.js';
import { openShares } from '../shares/kinds.js';
import { isOpenBehindGuard } from '../shares/public-reading.js';
import { ShareMap } from '../shares/share-map.js';
import { readableSite, readableState } from '../preflight/find-site.js';
import { openSignIn } from './sign-in.js';

/** How often to delete expired locks, in milliseconds. Taking a lock deletes them too. */
const sweepMilliseconds = 600_000;

/** Everything that the app depends on, and how to close it. */
export interface Composition {
  readonly parts: AppParts;
  /** Missing where no other server asks. */
  readonly guard: OpenGuard | undefined;
  /** Ends what only new requests need. */
  readonly retire: () => void;
  readonly close: () => Promise<void>;
}

/** A declaration to compose, and its number among those that this process and its like have loaded. */
export type Composed = Pick<Configuration, 'declaration' | 'site' | 'warnings'> & {
  readonly generation?: number;
};

/**
 * Opens what a declaration names, and combines it with the resources of the process.
 * @throws Failure with what could not be opened, after closing everything that was
 */
export async function compose(
  { declaration, site: found, warnings, generation = 1 }: Composed,
  resources: ProcessResources,
  environment: Environment,
  log: Log,
): Promise<Composition> {
  const closers = new Closers();
  const now = (): number => performance.now();
  try {
    for (const warning of warnings) log.warn({ warning }, 'the Django site');
    const site = readableSite(found);
    const knex = openDatabase(site.database);
    closers.add(() => knex.destroy());
    const directory = new ModelDirectory(knex, {
      kind: site.database.kind,
      user: site.user,
      withNames: declaration.guard !== undefined,
    });
    const opening = { generation, declaration, site, directory, environment, log, now };
    const common = await resources.openCommon(opening);
    closers.add(() => common.close());
    const signIn = openSignIn({ declaration, site, knex, directory, resources, common, log, now }, closers);
    const location = readableState(declaration.state);
    const state = await resources.states.use(JSON.stringify(location), () =>
      openStateDatabase(location, environment.uid),
    );
    closers.add(state.release);
    const propertyLimits = propertyLimitsOf(declaration.limits);
    const quotas = new Map<ServerPath, PropertyQuota>();
    const properties = new SqlPropertyStore(state.value, propertyLimits, quotas);
    const locks = new SqlLockStore(state.value, Date.now);
    const sweeper = setInterval(() => {
      locks.sweep().catch((error: unknown) => {
        log.error({ err: error }, 'expired locks could not be deleted');
      });
    }, sweepMilliseconds).unref();
    closers.add(() => {
      clearInterval(sweeper);
    });
    const dav = {
      properties,
      locks,
      xmlLimits: xmlLimitsOf(declaration.limits),
      queries: new KnownQueries(),
      xmlBytes: new Allowance({
        inAll: declaration.limits.xmlBytesInAll,
        perOwner: declaration.limits.xmlBytesPerUser,
      }),
      propertyLimits,
      lockLimits: lockLimitsOf(declaration.limits),
      turns: resources.treeTurns,
      treeSlots: resources.treeSlots,
      now: Date.now,
    };
    const { publicOrigin, stripDomain } = declaration;
    const shares = new ShareMap();
    const open = await openShares(declaration.shares, {
      shares,
      dav,
      quotas,
      publicOrigin,
      stagingOwner: resources.stagingOwner,
      bodyMemory: resources.bodyMemory,
      fileSystems: resources.fileSystems,
      processes: resources.processes,
      common,
      environment,
      log,
    });
    for (const share of open) closers.add(() => share.close());
    shares.fill(open);
    await properties.open(
      open.filter(({ place }) => place !== undefined).map(({ declared }) => declared.path),
    );
    const { counter, ...limits } = declaration.throttle;
    const throttle = new Throttle({
      counter: counter === 'state' ? new SqlFailureCounter(state.value) : resources.failures,
      limits,
    });
    const trustedProxies = new TrustedProxies(declaration.trustedProxies);
    const parts = {
      realm: declaration.realm,
      shares,
      ...signIn,
      throttle,
      trustedProxies,
      publicOrigin,
      stripDomain,
      dav,
      underWay: resources.underWay,
      pieces: resources.pieces,
      requestLimits: declaration.limits,
      log,
      metrics: resources.metrics,
      now,
    };
    const guard =
      declaration.guard &&
      (await openGuard(declaration.guard, {
        ...parts,
        // Not what davgate itself shows strangers: that is no right at another server.
        identify: byUsers(parts, (request) => isOpenBehindGuard(request, shares)),
        trustedProxies: declaration.trustedProxies,
      }));
    return { parts, guard, retire: () => common.retire(), close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

function lockLimitsOf({ lockSeconds, locksPerUser, locksInAll }: LimitsDeclaration): LockLimits {
  return { lifetime: lockSeconds, perUser: locksPerUser, inAll: locksInAll };
}

function propertyLimitsOf(limits: LimitsDeclaration): PropertyLimits {
  return {
    perProperty: limits.propertyBytes,
    perResource: limits.propertyBytesPerResource,
    perUser: limits.propertyBytesPerUser,
    perShare: limits.propertyBytesPerShare,
  };
}

function xmlLimitsOf(limits: LimitsDeclaration): XmlLimits {
  return {
    size: limits.xmlBytes,
    depth: limits.xmlDepth,
    elements: limits.xmlElements,
    attributes: limits.xmlAttributes,
    namespaces: limits.xmlNamespaces,
  };
}
