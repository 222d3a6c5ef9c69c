import { tmpdir } from 'node:os';
import type { SvnShare, SvnSource } from '../../../src/config/kinds/svn.js';
import { ApacheChild } from '../../../src/svn/apache/apache-child.js';
import { Closers } from '../../../src/async/closers.js';
import type { SvnLocation } from '../../../src/svn/apache/apache-config.js';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { createUpstream, type Upstream } from '../../../src/svn/upstream.js';
import { errorInWords } from '../../../src/config/problems.js';
import { PathRules, type PathRulesOptions } from './path-rules.js';
import { commitRepair, type CommitRepair } from './commit-repair.js';
import { Failure } from '../../../src/failure.js';
import { putFile } from '../../../src/svn/apache/put-files.js';
import { addressOf } from '../../../src/svn/upstream-address.js';
import { readSecret } from '../read-secret.js';
import type { ShareParts } from '../share.js';

interface SvnFault {
  /** For the user: without file paths. */
  readonly sentence: string;
  /** For the administrator. */
  readonly reason: string;
}

export interface SvnService {
  readonly upstream: Upstream;
  /** Consulted before each request; undefined if the share has no path rules. */
  readonly rules?: PathRules;
  /** Undefined if the repositories are on another machine. */
  readonly repair?: CommitRepair;
  /** Why the share is not served yet; undefined if davgate does not run its Apache. */
  readonly unserved?: () => SvnFault | undefined;
}

type SvnServicesParts = Pick<ShareParts, 'memberships' | 'apache' | 'environment' | 'log' | 'now'>;

interface SvnServices {
  /** One for each share, in the same order. */
  readonly all: readonly SvnService[];
  readonly close: () => Promise<void>;
}

const notInstalled =
  'Subversion is not available: this server has no Apache with mod_dav_svn. The server\u2019s log says what to install.';
const notStarted =
  'Subversion is not available: Apache did not start. The server\u2019s log says why, and davgate will try again.';

/**
 * Starts one Apache for all svn shares that have no Apache of their own. If it is not installed or does not start,
 * davgate still serves the other shares, the svn shares answer with the reason, and davgate tries again.
 * @throws Failure if the secret of the administrator's Apache cannot be read
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
  const apache = new ApacheChild({
    find: () => findApache(environment.path, { ...told, pathRules }),
    shares: shares.map(locationOf),
    path: environment.path,
    uid: environment.uid,
    temporaryFolder: tmpdir(),
    log: (line) => log.info({ source: 'apache', line }, 'apache'),
  });
  try {
    await apache.start();
  } catch (error) {
    const reason = errorInWords(error);
    log.error({ reason }, 'Apache did not start: svn shares are not available until it does');
  }
  const unserved = (): SvnFault | undefined => faultOf(apache);
  const upstream = createUpstream({ address: () => apache.address() });
  const publish = publisher(apache, upstream);
  const all = shares.map((share, index): SvnService => {
    const { authz: file, path } = share;
    const repair = commitRepair(share, environment, log);
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

/**
 * Only for an Apache that has never run. One that has run restarts soon, and until then requests to it fail by
 * themselves.
 */
function faultOf({ hasRun, state }: Pick<ApacheChild, 'hasRun' | 'state'>): SvnFault | undefined {
  if (hasRun) return undefined;
  if (state.name !== 'failed') return { sentence: notStarted, reason: notStarted };
  return { sentence: state.absent ? notInstalled : notStarted, reason: state.reason };
}

/** mod_authz_svn reads its files once per connection, so a changed file ends the connections. */
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

/**
 * Connects to an Apache that the administrator runs.
 * @throws Failure `unavailable` if its secret cannot be read
 */
async function externalService(
  { path, authz }: Pick<SvnShare, 'path' | 'authz'>,
  source: Extract<SvnSource, { kind: 'upstream' }>,
  parts: Pick<PathRulesOptions, 'memberships' | 'log' | 'now'>,
): Promise<{ service: SvnService; close: () => void }> {
  const address = addressOf(source.origin, await readSecret(source.secretFile, 'upstreamSecretFile'));
  const upstream = createUpstream({ address: () => address });
  const close = (): void => upstream.close();
  const { authzFile } = source;
  if (authz === undefined || authzFile === undefined) {
    return { service: { upstream }, close };
  }
  const { memberships, log, now } = parts;
  const publish = async (text: string): Promise<void> => {
    try {
      await putFile(authzFile, text);
    } catch (cause) {
      throw new Failure('unavailable', 'The path rules of this share cannot be written.', { cause });
    }
    upstream.retire();
  };
  const rules = new PathRules({ file: authz, share: path, memberships, publish, log, now });
  return { service: { upstream, rules }, close };
}
