import { Allowance } from '../../src/async/allowance.js';
import { Closers } from '../../src/async/closers.js';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import { Throttle } from '../../src/credentials/throttle.js';
import type { LockLimits } from '../../src/dav/locks/limits.js';
import type { PropertyLimits } from '../../src/dav/properties/limits.js';
import type { PropertyQuota } from '../../src/dav/properties/property-store.js';
import type { XmlLimits } from '../../src/xml/tree.js';
import { openDatabase } from '../../src/database/open-database.js';
import { createHashers } from '../../src/django/hashers/known-hashers.js';
import { SitePasswords } from '../../src/django/hashers/site-passwords.js';
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
import { hashersAt } from '../preflight/site.js';
import { openShares } from '../shares/kinds.js';
import { ShareMap } from '../shares/share-map.js';
import { openSessions } from '../pipeline/site-sessions.js';
import { readableSite, readableState } from '../preflight/find-site.js';
import { UnacceptedPasswords } from '../observability/unaccepted-passwords.js';

/** How often expired locks are forgotten, besides whenever a lock is taken. */
const sweepMilliseconds = 600_000;

/** All that runs behind the app, and how to end it. */
export interface Composition {
  readonly parts: AppParts;
  /** Missing where no other server asks. */
  readonly guard: OpenGuard | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Opens what a declaration names and puts it together with what outlives it.
 * @throws Failure with what could not be opened; everything that had been is closed again
 */
export async function compose(
  { declaration, site: found, warnings }: Configuration,
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
    const directory = new ModelDirectory(knex, { kind: site.database.kind, user: site.user });
    const hashers = createHashers(site.hashers);
    const unaccepted = new UnacceptedPasswords({ hashers, hashersAt: hashersAt(declaration.django), log });
    const authenticator = new DirectoryAuthenticator({
      directory,
      refused: (username, encoded) => {
        unaccepted.refused(username, encoded);
      },
      passwords: new SitePasswords({
        hashers,
        deriver: resources.deriver,
        samples: directory,
        now,
      }),
      gate: resources.gate,
      verified: resources.verifiedBy(site.hashers),
      now,
    });
    closers.add(resources.countDerivationsOf(authenticator));
    const sessions = site.sessions && openSessions(site.sessions, { site, knex, directory, now });
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
        log.error({ err: error }, 'expired locks could not be swept');
      });
    }, sweepMilliseconds).unref();
    closers.add(() => {
      clearInterval(sweeper);
    });
    const dav = {
      properties,
      locks,
      xmlLimits: xmlLimitsOf(declaration.limits),
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
      fileSystems: resources.fileSystems,
      apache: declaration.apache,
      memberships: directory,
      environment,
      log,
      now,
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
      authenticator,
      sessions,
      throttle,
      trustedProxies,
      publicOrigin,
      stripDomain,
      dav,
      underWay: resources.underWay,
      requestLimits: declaration.limits,
      log,
      metrics: resources.metrics,
      now,
    };
    const guard =
      declaration.guard &&
      (await openGuard(declaration.guard, {
        ...parts,
        identify: byUsers(parts),
        trustedProxies: declaration.trustedProxies,
      }));
    return { parts, guard, close: () => closers.close() };
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
