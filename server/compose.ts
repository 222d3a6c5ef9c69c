import { availableParallelism, hostname, tmpdir } from 'node:os';
import type { Declaration, Share } from '../src/config/declaration.js';
import { DerivationGate } from '../src/credentials/derivation-gate.js';
import { DirectoryAuthenticator } from '../src/credentials/directory-authenticator.js';
import { MemoryFailureCounter } from '../src/credentials/memory-failure-counter.js';
import { Throttle } from '../src/credentials/throttle.js';
import { defaultLockLimits } from '../src/dav/locks/limits.js';
import { defaultXmlLimits } from '../src/dav/xml/parse.js';
import { openDatabase } from '../src/django/database.js';
import { DerivationPool } from '../src/django/hashers/derivation-pool.js';
import { createHashers } from '../src/django/hashers/known-hashers.js';
import { SitePasswords } from '../src/django/hashers/site-passwords.js';
import { ModelDirectory } from '../src/django/model-directory.js';
import { TrustedProxies } from '../src/http/client-address.js';
import { openStateDatabase } from '../src/state/database.js';
import { SqlLockStore } from '../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../src/state/sql-property-store.js';
import { LocalStorage } from '../src/storage/local/local-storage.js';
import type { Links } from '../src/storage/local/confined-root.js';
import type { StagingOwner } from '../src/storage/local/staging.js';
import { loadFileSystem } from '../src/storage/module/file-system-module.js';
import { ModuleStorage } from '../src/storage/module/module-storage.js';
import type { AppParts } from './app.js';
import type { Environment } from './environment.js';
import type { Log } from './log.js';
import { Metrics } from './metrics.js';
import type { MountedShare } from './shares.js';
import { openSessions } from './sessions.js';
import { findSite, readableSite } from './site.js';
import { startSvnServices, type SvnServices } from './svn-service.js';

/** How often expired locks are forgotten, besides whenever a lock is taken. */
const sweepMilliseconds = 600_000;

/** All that runs behind the app, and how to end it. */
export interface Composition {
  readonly parts: AppParts;
  readonly close: () => Promise<void>;
}

/**
 * Opens what a declaration names and puts it together.
 * @throws Failure with what could not be opened; everything that had been is closed again
 */
export async function compose(
  declaration: Declaration,
  environment: Environment,
  log: Log,
): Promise<Composition> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const now = (): number => performance.now();
  try {
    const found = await findSite(declaration.django, environment.variables);
    for (const warning of found.warnings) log.warn({ warning }, 'the Django site');
    const site = readableSite(found.site);
    const knex = openDatabase(site.database);
    closers.push(() => knex.destroy());
    const directory = new ModelDirectory(knex, { kind: site.database.kind, user: site.user });
    const cores = availableParallelism();
    const deriver = new DerivationPool({ size: cores });
    closers.push(() => deriver.close());
    const gate = new DerivationGate({ atOnce: cores });
    const authenticator = new DirectoryAuthenticator({
      directory,
      passwords: new SitePasswords({
        hashers: createHashers(site.hashers),
        deriver,
        samples: directory,
        now,
      }),
      gate,
      now,
    });
    const sessions = site.sessions && openSessions(site.sessions, { site, knex, directory, now });
    const database = await openStateDatabase(declaration.state.file);
    closers.push(() => database.destroy());
    const svn = await startSvnServices(declaration.shares, {
      memberships: directory,
      apache: declaration.apache,
      environment,
      log,
      now,
    });
    closers.push(() => svn.close());
    const shares: MountedShare[] = [];
    for (const share of declaration.shares) {
      const mounted = await mount(share, declaration.folder, stagingOwner(environment.pid), svn);
      shares.push(mounted.share);
      closers.push(mounted.close);
    }
    const locks = new SqlLockStore(database, Date.now);
    const sweeper = setInterval(() => {
      locks.sweep().catch((error: unknown) => {
        log.error({ err: error }, 'expired locks could not be swept');
      });
    }, sweepMilliseconds).unref();
    closers.push(() => {
      clearInterval(sweeper);
    });
    const dav = {
      properties: new SqlPropertyStore(database),
      locks,
      xmlLimits: defaultXmlLimits,
      lockLimits: defaultLockLimits,
      now: Date.now,
    };
    const throttle = new Throttle({ counter: new MemoryFailureCounter(), limits: declaration.throttle });
    const metrics =
      declaration.metrics &&
      new Metrics({ derivations: () => authenticator.derivations, waiting: () => gate.waiting });
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
      log,
      metrics,
      now,
    };
    return { parts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function mount(
  share: Share,
  folder: string,
  owner: StagingOwner,
  svn: SvnServices,
): Promise<{ share: MountedShare; close: () => void }> {
  switch (share.kind) {
    case 'svn':
      return { share: { kind: 'svn', declared: share, service: svn.of(share) }, close: () => undefined };
    case 'static': {
      const storage = new LocalStorage(share.root, { owner, durability: 'relaxed', links: linksIn(share) });
      return { share: { kind: 'static', declared: share, storage }, close: () => undefined };
    }
    case 'webdav': {
      if (share.storage.kind === 'folder') {
        const storage = new LocalStorage(share.storage.root, {
          owner,
          durability: share.storage.durability,
          links: linksIn(share),
        });
        return {
          share: { kind: 'webdav', declared: share, storage },
          close: () => {
            storage.close();
          },
        };
      }
      const files = await loadFileSystem(share.storage.module, folder, share.storage.options);
      const storage = new ModuleStorage(files, { temporaryFolder: tmpdir() });
      return { share: { kind: 'webdav', declared: share, storage }, close: () => undefined };
    }
  }
}

/** A rule governs the path that a client writes; a link could lead from a loose one to what a strict one guards. */
function linksIn({ policy }: Share): Links {
  return policy.rules.length > 1 ? 'hidden' : 'followed';
}

function stagingOwner(pid: number): StagingOwner {
  return { host: hostname(), pid, isAlive, now: Date.now };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
