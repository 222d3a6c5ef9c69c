import { tmpdir } from 'node:os';
import type { Memberships } from '../../../src/access/identity.js';
import type { Declaration } from '../../../src/config/declaration.js';
import { errorInWords } from '../../../src/config/problems.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { Failure } from '../../../src/failure.js';
import type { ServerPath } from '../../../src/http/target.js';
import { ApacheChild } from '../../../src/svn/apache/apache-child.js';
import type { SvnLocation } from '../../../src/svn/apache/apache-config.js';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { putFile } from '../../../src/svn/apache/put-files.js';
import type { UpstreamAddress } from '../../../src/svn/upstream-address.js';
import type { Environment } from '../../environment.js';
import type { Log } from '../../observability/log.js';
import { PathRules, type ReadyRules } from './path-rules.js';

/** Why no Apache is available. */
export interface SvnFault {
  /** For the user: without file paths. */
  readonly sentence: string;
  /** For the administrator. */
  readonly reason: string;
}

/** Who is told what becomes of the background. */
export interface SvnListeners {
  /**
   * Later requests to a share must not use the connections that are open now.
   * @param share its path; undefined: all shares that davgate's own Apache serves
   */
  readonly retire: (share: ServerPath | undefined) => void;
  /** The address or the fault has changed. */
  readonly changed: () => void;
}

/** What there is once on a machine for its svn shares: davgate's own Apache, and the path rules. */
export interface SvnBackground {
  /** Where davgate's own Apache listens; undefined while it does not. */
  address(): UpstreamAddress | undefined;
  /** Why davgate's own Apache serves nothing yet. */
  unserved(): SvnFault | undefined;
  /** The rules of the share at this path; undefined if it has none. */
  rules(share: ServerPath): ReadyRules | undefined;
  close(): Promise<void>;
}

interface SvnBackgroundParts {
  readonly memberships: Memberships;
  /** Where Apache is installed, if declared. */
  readonly apache: Declaration['apache'];
  readonly environment: Environment;
  readonly log: Log;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

const notInstalled =
  'Subversion is not available: this server has no Apache with mod_dav_svn. The server\u2019s log says what to install.';
const notStarted =
  'Subversion is not available: Apache did not start. The server\u2019s log says why, and davgate will try again.';

/**
 * Starts one Apache for all svn shares that have no Apache of their own. If it is not installed or does not start, that
 * is a fault, and davgate tries again.
 */
export async function startSvnBackground(
  shares: readonly SvnShare[],
  parts: SvnBackgroundParts,
  { retire, changed }: SvnListeners,
): Promise<SvnBackground> {
  const managed = shares.filter(({ source }) => source.kind !== 'upstream');
  const apache = managed.length > 0 ? await startApache(managed, parts, changed) : undefined;
  const publish = apache && publisher(apache, retire);
  const rules = new Map<ServerPath, PathRules>();
  const { memberships, log, now } = parts;
  for (const { path: share, authz: file, source } of shares) {
    if (file === undefined) continue;
    const name = authzName(managed.findIndex(({ path }) => path === share));
    const written = async (text: string): Promise<void> => {
      if (source.kind !== 'upstream') await publish?.(name, text);
      else if (source.authzFile !== undefined) {
        await putRules(source.authzFile, text);
        retire(share);
      }
    };
    if (source.kind === 'upstream' && source.authzFile === undefined) continue;
    rules.set(share, new PathRules({ file, share, memberships, publish: written, log, now }));
  }
  return {
    address: () => apache?.address(),
    unserved: () => apache && faultOf(apache),
    rules: (share) => rules.get(share),
    close: async () => {
      await apache?.stop();
    },
  };
}

async function putRules(file: string, text: string): Promise<void> {
  try {
    await putFile(file, text);
  } catch (cause) {
    throw new Failure('unavailable', 'The path rules of this share cannot be written.', { cause });
  }
}

async function startApache(
  shares: readonly SvnShare[],
  { apache: told, environment, log }: SvnBackgroundParts,
  changed: () => void,
): Promise<ApacheChild> {
  const pathRules = shares.some(({ authz }) => authz !== undefined);
  const apache = new ApacheChild({
    find: () => findApache(environment.path, { ...told, pathRules }),
    shares: shares.map(locationOf),
    path: environment.path,
    uid: environment.uid,
    temporaryFolder: tmpdir(),
    changed,
    log: (line) => {
      log.info({ source: 'apache', line }, 'apache');
    },
  });
  try {
    await apache.start();
  } catch (error) {
    const reason = errorInWords(error);
    log.error({ reason }, 'Apache did not start: svn shares are not available until it does');
  }
  return apache;
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
function publisher(
  apache: ApacheChild,
  retire: SvnListeners['retire'],
): (name: string, text: string) => Promise<void> {
  let files: ReadonlyMap<string, string> = new Map();
  return async (name, text) => {
    files = new Map([...files, [name, text]]);
    await apache.publish(files);
    retire(undefined);
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
