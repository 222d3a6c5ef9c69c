import { tmpdir } from 'node:os';
import { Allowance } from '../src/async/allowance.js';
import type { Share } from '../src/config/declaration.js';
import type { LimitsDeclaration } from '../src/config/limits.js';
import { DirectoryAuthenticator } from '../src/credentials/directory-authenticator.js';
import { Throttle } from '../src/credentials/throttle.js';
import type { LockLimits } from '../src/dav/locks/limits.js';
import type { PropertyLimits } from '../src/dav/properties/limits.js';
import type { XmlLimits } from '../src/xml/tree.js';
import { openDatabase } from '../src/django/database.js';
import { createHashers } from '../src/django/hashers/known-hashers.js';
import { SitePasswords } from '../src/django/hashers/site-passwords.js';
import { ModelDirectory } from '../src/django/model-directory.js';
import { TrustedProxies } from '../src/http/client-address.js';
import { openStateDatabase } from '../src/state/database.js';
import { SqlFailureCounter } from '../src/state/sql-failure-counter.js';
import { SqlLockStore } from '../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../src/state/sql-property-store.js';
import type { LimitedStorage } from '../src/storage/limited-storage.js';
import { LocalStorage } from '../src/storage/local/local-storage.js';
import type { Links } from '../src/storage/local/confined-root.js';
import { loadFileSystem } from '../src/storage/module/file-system-module.js';
import { ModuleStorage } from '../src/storage/module/module-storage.js';
import type { AppParts } from './app.js';
import type { Declared } from './declared.js';
import type { Environment } from './environment.js';
import type { Lasting } from './lasting.js';
import { hidingStorage, layeredStorage } from './layered-storage.js';
import type { Log } from './log.js';
import { hashersAt } from './preflight/site.js';
import type { MountedShare } from './shares.js';
import { openSessions } from './sessions.js';
import { readableSite, readableState } from './site.js';
import { startSvnServices, type SvnServices } from './svn-service.js';
import { UnacceptedPasswords } from './unaccepted-passwords.js';

/** How often expired locks are forgotten, besides whenever a lock is taken. */
const sweepMilliseconds = 600_000;

/** All that runs behind the app, and how to end it. */
export interface Composition {
  readonly parts: AppParts;
  readonly close: () => Promise<void>;
}

/**
 * Opens what a declaration names and puts it together with what outlives it.
 * @throws Failure with what could not be opened; everything that had been is closed again
 */
export async function compose(
  { declaration, site: found, warnings }: Declared,
  lasting: Lasting,
  environment: Environment,
  log: Log,
): Promise<Composition> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const now = (): number => performance.now();
  try {
    for (const warning of warnings) log.warn({ warning }, 'the Django site');
    const site = readableSite(found);
    const knex = openDatabase(site.database);
    closers.push(() => knex.destroy());
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
        deriver: lasting.deriver,
        samples: directory,
        now,
      }),
      gate: lasting.gate,
      verified: lasting.verifiedBy(site.hashers),
      now,
    });
    closers.push(lasting.countDerivationsOf(authenticator));
    const sessions = site.sessions && openSessions(site.sessions, { site, knex, directory, now });
    const location = readableState(declaration.state);
    const state = await lasting.states.use(JSON.stringify(location), () =>
      openStateDatabase(location, environment.uid),
    );
    closers.push(state.release);
    const svn = await startSvnServices(declaration.shares, {
      memberships: directory,
      apache: declaration.apache,
      environment,
      log,
      now,
    });
    closers.push(() => svn.close());
    const shares: MountedShare[] = [];
    const quotas = new Map<string, LimitedStorage>();
    for (const share of declaration.shares) {
      const mounted = await mount(share, declaration.folder, lasting, svn);
      shares.push(mounted.share);
      closers.push(mounted.close);
      if (mounted.limited) quotas.set(share.path, mounted.limited);
    }
    const propertyLimits = propertyLimitsOf(declaration.limits);
    const properties = new SqlPropertyStore(state.value, propertyLimits, quotas);
    await properties.open(declaration.shares.filter(({ kind }) => kind === 'webdav').map(({ path }) => path));
    const locks = new SqlLockStore(state.value, Date.now);
    const sweeper = setInterval(() => {
      locks.sweep().catch((error: unknown) => {
        log.error({ err: error }, 'expired locks could not be swept');
      });
    }, sweepMilliseconds).unref();
    closers.push(() => {
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
      turns: lasting.treeTurns,
      treeSlots: lasting.treeSlots,
      now: Date.now,
    };
    const { counter, ...limits } = declaration.throttle;
    const throttle = new Throttle({
      counter: counter === 'state' ? new SqlFailureCounter(state.value) : lasting.failures,
      limits,
    });
    const { publicOrigin, stripDomain } = declaration;
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
      underWay: lasting.underWay,
      requestLimits: declaration.limits,
      log,
      metrics: lasting.metrics,
      now,
    };
    return { parts, close };
  } catch (error) {
    await close();
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

async function mount(
  share: Share,
  folder: string,
  { stagingOwner: owner, fileSystems }: Lasting,
  svn: SvnServices,
): Promise<{ share: MountedShare; limited?: LimitedStorage | undefined; close: () => unknown }> {
  switch (share.kind) {
    case 'svn':
      return { share: { kind: 'svn', declared: share, service: svn.of(share) }, close: () => undefined };
    case 'static': {
      const folder = new LocalStorage(share.root, { owner, durability: 'relaxed', links: linksIn(share) });
      const storage = hidingStorage(share.hide, folder);
      return { share: { kind: 'static', declared: share, storage }, close: () => undefined };
    }
    case 'webdav': {
      if (share.storage.kind === 'folder') {
        const files = new LocalStorage(share.storage.root, {
          owner,
          durability: share.storage.durability,
          links: linksIn(share),
        });
        const { storage, limited, close } = layeredStorage(share, files);
        return {
          share: { kind: 'webdav', declared: share, storage },
          limited,
          close: () => {
            close();
            files.close();
          },
        };
      }
      const { module, options } = share.storage;
      const files = await fileSystems.use(JSON.stringify([folder, module, options]), () =>
        loadFileSystem(module, folder, options),
      );
      const { storage, limited, close } = layeredStorage(
        share,
        new ModuleStorage(files.value, { temporaryFolder: tmpdir() }),
      );
      return {
        share: { kind: 'webdav', declared: share, storage },
        limited,
        close: () => {
          close();
          return files.release();
        },
      };
    }
  }
}

/** A rule governs the path that a client writes; a link could lead from a loose one to what a strict one guards. */
function linksIn({ policy }: Share): Links {
  return policy.rules.length > 1 ? 'hidden' : 'followed';
}
