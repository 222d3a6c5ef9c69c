import { Closers } from '../../../src/async/closers.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import type { ServerPath } from '../../../src/http/target.js';
import { addressOf } from '../../../src/svn/upstream-address.js';
import { createUpstream, type Upstream } from '../../../src/svn/upstream.js';
import type { Environment } from '../../environment.js';
import type { Log } from '../../observability/log.js';
import { readSecret } from '../read-secret.js';
import { commitRepair, type CommitRepair } from './commit-repair.js';
import type { SvnBackground, SvnFault, SvnListeners } from './background.js';
import type { ReadyRules } from './path-rules.js';

interface SvnServicesParts {
  /** Starts what there is once on this machine, or finds it in the process that has started it. */
  readonly startSvn: (shares: readonly SvnShare[], listeners: SvnListeners) => Promise<SvnBackground>;
  /** Among how many processes like this one the places in an Apache are divided. */
  readonly processes: number;
  readonly environment: Environment;
  readonly log: Log;
}

export interface SvnService {
  readonly upstream: Upstream;
  /** Consulted before each request; undefined if the share has no path rules. */
  readonly rules?: ReadyRules;
  /** Undefined if the repositories are on another machine. */
  readonly repair?: CommitRepair;
  /** Why the share is not served yet; undefined if davgate does not run its Apache. */
  readonly unserved?: () => SvnFault | undefined;
}

interface SvnServices {
  /** One for each share, in the same order. */
  readonly all: readonly SvnService[];
  readonly close: () => Promise<void>;
}

/**
 * Opens the way to the Apache of each share. If davgate's own is not installed or does not start, davgate still serves
 * the other shares, and the svn shares answer with the reason.
 * @throws Failure if the secret of the administrator's Apache cannot be read
 */
export async function startSvnServices(
  shares: readonly SvnShare[],
  { startSvn, processes, environment, log }: SvnServicesParts,
): Promise<SvnServices> {
  const closers = new Closers();
  const upstreams = new Map<ServerPath | undefined, Upstream>();
  let background: SvnBackground | undefined;
  const open = (
    key: ServerPath | undefined,
    address: Parameters<typeof createUpstream>[0]['address'],
  ): void => {
    const upstream = createUpstream({ address, processes });
    upstreams.set(key, upstream);
    closers.add(() => {
      upstream.close();
    });
  };
  try {
    for (const { path, source } of shares) {
      if (source.kind !== 'upstream') continue;
      const address = addressOf(source.origin, await readSecret(source.secretFile, 'upstreamSecretFile'));
      open(path, () => address);
    }
    const started = await startSvn(shares, {
      retire: (share) => upstreams.get(share)?.retire(),
      changed: () => undefined,
    });
    background = started;
    closers.add(() => started.close());
    open(undefined, () => background?.address());
    const all = shares.flatMap((share): SvnService[] => {
      const isManaged = share.source.kind !== 'upstream';
      const upstream = upstreams.get(isManaged ? undefined : share.path);
      const rules = started.rules(share.path);
      return upstream
        ? [
            {
              upstream,
              ...(rules && { rules }),
              ...(isManaged && {
                repair: commitRepair(share, environment, log),
                unserved: () => started.unserved(),
              }),
            },
          ]
        : [];
    });
    return { all, close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
