import { tmpdir } from 'node:os';
import type { Memberships } from '../../../src/access/memberships.js';
import type { Declaration } from '../../../src/config/declaration.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import type { ApacheChild } from '../../../src/svn/apache/apache-child.js';
import { Closers } from '../../../src/async/closers.js';
import { createApacheChild } from '../../../src/svn/apache/apache-child.js';
import type { SvnLocation } from '../../../src/svn/apache/apache-config.js';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { createUpstream, type Upstream } from '../../../src/svn/upstream.js';
import type { Environment } from '../../environment.js';
import { errorInWords } from '../../../src/config/error-in-words.js';
import type { Log } from '../../observability/log.js';
import type { SvnFault, SvnService } from './svn-service.js';
import { externalService } from './external.js';
import { PathRules } from './path-rules.js';
import { SvnRepair } from './repair.js';

export interface SvnServicesParts {
  readonly memberships: Memberships;
  /** Where Apache is, as far as that is declared. */
  readonly apache: Declaration['apache'];
  readonly environment: Environment;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** What serves the svn shares. */
export interface SvnServices {
  /** One for each share, in their order. */
  readonly all: readonly SvnService[];
  readonly close: () => Promise<void>;
}

const notInstalled =
  'Subversion is not served: this server lacks Apache with mod_dav_svn. Its log and `npm start` say what to install.';
const notStarted =
  'Subversion is not served: Apache did not start, and is tried again. The server\u2019s log says why.';

/**
 * Starts the one Apache behind all svn shares that have no Apache of their own. Where it is not installed, or does not
 * start, the other shares are served all the same, the svn shares answer with the reason, and it is tried again.
 * @throws Failure where the secret of an Apache of the administrator's cannot be read
 */
export async function startSvnServices(
  shares: readonly SvnShare[],
  parts: SvnServicesParts,
): Promise<SvnServices> {
  const services = new Map<SvnShare, SvnService>();
  const closers = new Closers();
  const managed: SvnShare[] = [];
  try {
    for (const share of shares) {
      if (share.source.kind !== 'upstream') {
        managed.push(share);
        continue;
      }
      const external = await externalService(share, share.source, parts);
      services.set(share, external.service);
      closers.add(external.close);
    }
    if (managed.length > 0) {
      const started = await startManaged(managed, parts);
      for (const [index, share] of managed.entries()) {
        const service = started.all[index];
        if (service) services.set(share, service);
      }
      closers.add(started.close);
    }
  } catch (error) {
    await closers.close();
    throw error;
  }
  return { all: shares.flatMap((share) => services.get(share) ?? []), close: () => closers.close() };
}

async function startManaged(
  shares: readonly SvnShare[],
  { memberships, apache: told, environment, log, now }: SvnServicesParts,
): Promise<SvnServices> {
  const pathRules = shares.some(({ authz }) => authz !== undefined);
  const apache = createApacheChild({
    find: () => findApache(environment.path, { ...told, pathRules }),
    shares: shares.map(locationOf),
    path: environment.path,
    uid: environment.uid,
    temporaryFolder: tmpdir(),
    log: (line) => {
      log.info({ source: 'apache', line }, 'apache');
    },
  });
  try {
    await apache.start();
  } catch (error) {
    const reason = errorInWords(error);
    log.error({ reason }, 'Apache did not start; svn shares are not served until it does');
  }
  const unserved = (): SvnFault | undefined => faultOf(apache);
  const upstream = createUpstream({ address: () => apache.address() });
  const publish = publisher(apache, upstream);
  const all = shares.map((share, index): SvnService => {
    const { authz: file, path } = share;
    const repair = new SvnRepair(share, environment, log);
    if (file === undefined) return { upstream, repair, unserved };
    const name = authzName(index);
    const rules = new PathRules({
      file,
      share: path,
      memberships,
      publish: (text) => publish(name, text),
      log,
      now,
    });
    return { upstream, rules, repair, unserved };
  });
  return {
    all,
    close: () => {
      upstream.close();
      return apache.stop();
    },
  };
}

/** Once it has run, it is back in a moment: then the way to it says what is wrong. */
function faultOf({ hasRun, state }: Pick<ApacheChild, 'hasRun' | 'state'>): SvnFault | undefined {
  if (hasRun) return undefined;
  if (state.name !== 'failed') return { sentence: notStarted, reason: notStarted };
  return { sentence: state.absent ? notInstalled : notStarted, reason: state.reason };
}

/** mod_authz_svn reads its files once a connection, so connections end when a file changes. */
function publisher(apache: ApacheChild, upstream: Upstream): (name: string, text: string) => Promise<void> {
  let files: ReadonlyMap<string, string> = new Map();
  return async (name, text) => {
    files = new Map([...files, [name, text]]);
    await apache.publish(files);
    upstream.retire();
  };
}

function locationOf({ path, policy, source, authz, autoversioning }: SvnShare, index: number): SvnLocation {
  const folder = source.kind === 'upstream' ? '' : source.folder;
  return {
    path,
    ...(source.kind === 'repository' ? { repositoryPath: folder } : { parentPath: folder }),
    ...(authz !== undefined && { authzFile: authzName(index) }),
    ...(autoversioning === true && { autoversioning }),
    ...(policy.isPublicSomewhere && { publicReading: true }),
  };
}

function authzName(index: number): string {
  return `authz-${index}`;
}
