import { tmpdir } from 'node:os';
import type { Share, SvnShare } from '../src/config/declaration.js';
import { createApacheChild } from '../src/svn/apache-child.js';
import { findApache } from '../src/svn/find-apache.js';
import { createUpstream } from '../src/svn/upstream.js';
import type { Environment } from './environment.js';
import type { Log } from './log.js';
import type { SvnService } from './shares.js';

const nothing = {
  service: { kind: 'missing', reason: 'There is no svn share.' },
  close: () => undefined,
} as const;

const notInstalled =
  'Subversion is not served: this server lacks Apache with mod_dav_svn. Its log and `npm start` say what to install.';
const notStarted = 'Subversion is not served: Apache did not start. The server\u2019s log says why.';

/**
 * Starts the one Apache behind all svn shares. Where it is not installed, or does not start, the other shares are
 * served all the same and the svn shares answer with the reason.
 */
export async function startSvnService(
  shares: readonly Share[],
  environment: Environment,
  log: Log,
): Promise<{ service: SvnService; close: () => Promise<void> | undefined }> {
  const locations = shares
    .filter((share): share is SvnShare => share.kind === 'svn')
    .map(({ path, repositories, policy }) => ({
      path,
      parentPath: repositories,
      // The list would show the names of repositories that a rule keeps from some.
      listed: policy.rules.length === 1,
    }));
  if (locations.length === 0) return nothing;
  const program = await findApache(environment.path);
  if (!program.found) {
    log.warn({ reason: program.message }, 'svn shares are not served');
    return { ...nothing, service: { kind: 'missing', reason: notInstalled } };
  }
  const apache = createApacheChild({
    program,
    shares: locations,
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
    log.error({ err: error }, 'Apache did not start; svn shares are not served');
    await apache.stop();
    return { ...nothing, service: { kind: 'missing', reason: notStarted } };
  }
  const upstream = createUpstream({ address: () => apache.address() });
  return {
    service: { kind: 'running', upstream },
    close: () => {
      upstream.close();
      return apache.stop();
    },
  };
}
