import { Breath } from '../../async/breath.js';
import { Failure } from '../../failure.js';
import { parseDestination } from '../../http/destination.js';
import { matchesStrongly, parseEntityTag, type EntityTag } from '../../http/etag.js';
import type { ServerPath } from '../../http/target.js';
import type { DavReadContext, DavRequest, Place } from '../context.js';
import type { Condition, ConditionList } from '../headers/if.js';
import { keyOf } from '../place.js';

/**
 * The state that conditions are compared with. A resource that does not exist has neither locks of its own nor a tag.
 */
export interface ResourceState {
  readonly tokens: ReadonlySet<string>;
  readonly etag: EntityTag | undefined;
}

const nothing: ResourceState = { tokens: new Set(), etag: undefined };

/**
 * Evaluates the If header field (RFC 4918 section 10.4.3), if there is one.
 * @throws Failure `malformed`, `precondition-failed`
 */
export async function requireIf(request: DavRequest, context: DavReadContext): Promise<void> {
  const { lists } = request.conditions;
  if (lists.length === 0) return;
  if (!(await holds(lists, (resource) => stateOf(resource, request, context)))) {
    throw new Failure('precondition-failed', 'None of the lists of conditions in the If header field holds.');
  }
}

/** Whether all conditions of at least one list hold. Looks at each resource once, and only if it matters. */
export async function holds(
  lists: readonly ConditionList[],
  stateOf: (resource: string | undefined) => Promise<ResourceState>,
): Promise<boolean> {
  const known = new Map<string | undefined, ResourceState>();
  const breath = new Breath();
  for (const { resource, conditions } of lists) {
    await breath.pause();
    const state = known.get(resource) ?? (await stateOf(resource));
    known.set(resource, state);
    if (conditions.every((condition) => matches(condition, state) !== condition.negated)) return true;
  }
  return false;
}

// `DAV:no-lock` is not the token of any lock, so it matches nothing (RFC 4918 section 10.4.8).
function matches(condition: Condition, { tokens, etag }: ResourceState): boolean {
  if (condition.kind === 'token') return tokens.has(condition.token);
  return etag !== undefined && matchesStrongly(condition.etag, etag);
}

async function stateOf(
  resource: string | undefined,
  request: DavRequest,
  context: DavReadContext,
): Promise<ResourceState> {
  const path = resource === undefined ? keyOf(request) : pathOf(resource, request);
  if (path === undefined) return nothing;
  const place = ownPlace(path, request) ?? (await context.find(path));
  const locks = await context.locks.covering(place ? keyOf(place) : path);
  const tokens = new Set(locks.map(({ token }) => token));
  const stat = await place?.storage.stat(place.path);
  return { tokens, etag: stat?.etag === undefined ? undefined : parseEntityTag(stat.etag) };
}

/** The request's own place or its destination; the user is already known to have access to both. */
function ownPlace(path: ServerPath, request: DavRequest): Place | undefined {
  return [request, request.destination].find((place) => place && keyOf(place) === path);
}

/** The path of a resource on this server; undefined if it cannot be one. */
function pathOf(resource: string, { headers, publicAuthority }: DavRequest): ServerPath | undefined {
  try {
    return parseDestination(resource, headers.host, publicAuthority).path;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
