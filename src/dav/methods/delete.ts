import { Failure } from '../../failure.js';
import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { dropOrphans, requireUnlocked } from '../locks/require-tokens.js';
import { keyOf, requireConditions, requireStat } from '../place.js';
import { failureOfAll, memberResponses, removeTree } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Removes a resource and everything below it (RFC 4918 section 9.6). */
export const remove: DavMethod = async (request, context) => {
  if (request.path === '/')
    throw new Failure('forbidden', 'The root of a share cannot be moved, replaced or removed.');
  const stat = await requireStat(request);
  if (stat.kind === 'collection') parseDepth(request.headers.depth, ['infinity']);
  requireConditions(request.method, request.headers, stat);
  const locked = await requireUnlocked(request, context, request);
  if (locked.length > 0) return multistatusOf(locked);
  const behalf = { owner: context.principal, signal: request.signal };
  const failures = await removeTree(request, stat, behalf).catch(async (error: unknown) => {
    // The removal stopped half way: drop the locks of what has been removed.
    await dropOrphans(context, request);
    throw error;
  });
  const failure = failureOfAll(failures, request);
  if (failure) throw failure;
  if (failures.length > 0) {
    await dropOrphans(context, request);
    return multistatusOf(memberResponses(failures));
  }
  await context.locks.removeTree(keyOf(request));
  await context.properties.removeTree(keyOf(request));
  return { status: 204, headers: [] };
};
