import { randomUUID } from 'node:crypto';
import { isAnonymous } from '../../src/access/identity.js';
import { hasDestination } from '../../src/access/required-access.js';
import { Failure, isFailure, statusOf, toFailure } from '../../src/failure.js';
import type { TrustedProxies } from '../../src/http/client-address.js';
import { parseDestination } from '../../src/http/destination.js';
import { nobody } from '../../src/http/guard/apache-config.js';
import { readAsked, type Asked, type GuardedRequest } from '../../src/http/guard/asked.js';
import { statusOfVerdict, type Verdict } from '../../src/http/guard/verdict.js';
import type { ServerPath } from '../../src/http/target.js';
import type { Log } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import { kinds } from '../shares/kinds.js';
import type { Located } from '../shares/share.js';
import type { ShareMap } from '../shares/share-map.js';
import type { Authenticate } from './authenticate.js';
import type { RequestRecord } from './request-record.js';

export interface GuardParts {
  readonly identify: Authenticate;
  readonly shares: ShareMap;
  /** Whose X-Forwarded-For counts: with HTTP, that of the servers that ask, too. */
  readonly trusted: { readonly http: TrustedProxies; readonly fastcgi: TrustedProxies };
  readonly publicOrigin: string | undefined;
  readonly log: Log;
  readonly metrics: Metrics | undefined;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** A verdict with the id that log lines name it by. */
export interface Judged {
  readonly id: string;
  readonly verdict: Verdict;
}

/** Paths are cut to this many characters in the log. */
const longestPath = 1024;

/** A user name that a header field cannot carry, or that its reader would take for another one. */
const unsendable = /\p{Cc}|^\s|\s$|^$/u;

/** Tells another server whether its client's request may be made, and by whom it is. Writes a line for each. */
export function guardVerdicts(parts: GuardParts): (asked: Asked) => Promise<Judged> {
  const { log, metrics, now, trusted, publicOrigin } = parts;
  return async (asked) => {
    const started = now();
    const record: RequestRecord = { id: randomUUID() };
    let request: GuardedRequest | undefined;
    let verdict: Verdict;
    try {
      request = readAsked(asked, asked.by === 'apache' ? trusted.fastcgi : trusted.http, publicOrigin);
      verdict = await judge(request, asked.connection, record, parts);
    } catch (error) {
      const failure = toFailure(error);
      if (!isFailure(error) || statusOf(failure.kind) >= 500) {
        log.error({ requestId: record.id, err: error, kind: failure.kind }, 'a verdict failed');
      }
      verdict = { kind: 'refused', failure };
    }
    metrics?.verdict(asked.by, statusOfVerdict(verdict));
    log.info(
      {
        requestId: record.id,
        address: request?.client.address ?? asked.address,
        by: asked.by,
        method: request?.method,
        path: request?.target.path.slice(0, longestPath),
        status: statusOfVerdict(verdict),
        milliseconds: Math.round((now() - started) * 10) / 10,
        user: record.user ?? record.sentUser,
        share: record.share?.declared.path,
      },
      'verdict',
    );
    return { id: record.id, verdict };
  };
}

/** First who asks, then what for: a stranger learns nothing of what is guarded. */
async function judge(
  request: GuardedRequest,
  connection: object,
  record: RequestRecord,
  { identify, shares }: GuardParts,
): Promise<Verdict> {
  const { method, target, headers, client } = request;
  const place = shares.locateGuard(target.path);
  if (place) record.share = place.share;
  const asking = { id: record.id, method, target, headers, client, connection, origin: () => request.origin };
  const asked = identify(asking, record);
  const identity = asked instanceof Promise ? await asked : asked;
  if ('status' in identity) {
    const location = identity.headers.find(([name]) => name === 'Location')?.[1];
    if (identity.status === 302 && location !== undefined) return { kind: 'login', location };
  }
  // What davgate itself tells anybody is no right at another server.
  if ('status' in identity) throw new Failure('forbidden', 'Nothing here is open to anybody.');
  if (!isAnonymous(identity)) record.user = identity.username;
  if (!place) throw new Failure('forbidden', 'No guard is declared for this path.');
  const destination = hasDestination(method) ? destinationOf(request, shares) : undefined;
  for (const { path, action, scope } of kinds.guard.requires({
    method,
    path: place.path,
    destination: destination?.path,
    depth: headers.depth,
  })) {
    const located = path === place.path ? place : shares.locateGuard(path);
    if (!located) throw new Failure('forbidden', 'No guard is declared for this path.');
    const decision = located.share.declared.policy.decide(identity, action, located.inside, scope);
    if (!decision.allowed) throw new Failure(decision.failure, decision.reason);
  }
  if (isAnonymous(identity)) return { kind: 'allowed' };
  if (unsendable.test(identity.username) || identity.username === nobody) {
    throw new Failure('forbidden', 'This user name cannot be passed on.');
  }
  const { username: user, groups, fullName: name, email } = identity;
  return {
    kind: 'allowed',
    admitted: { user, groups, ...(name !== undefined && { name }), ...(email !== undefined && { email }) },
  };
}

function destinationOf({ headers, authorities }: GuardedRequest, shares: ShareMap): Located {
  const path: ServerPath = parseDestination(headers.destination, ...authorities).path;
  const located = shares.locateGuard(path);
  if (!located) throw new Failure('forbidden', 'The destination lies in no share.');
  return located;
}
