import { Failure } from '../../failure.js';
import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { keyOf, requireConditions, requireStat } from '../place.js';
import { memberResponses, removeTree } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Removes a resource and all below it (RFC 4918 section 9.6). */
export const remove: DavMethod = async (request, { properties }) => {
  if (request.path === '/') throw new Failure('forbidden', 'The root of a share stays where it is.');
  const stat = await requireStat(request);
  if (stat.kind === 'collection') parseDepth(request.headers.depth, ['infinity']);
  requireConditions(request.method, request.headers, stat);
  const failures = await removeTree(request, stat);
  const [only] = failures;
  if (only?.place.path === request.path) throw only.failure;
  if (failures.length > 0) return multistatusOf(memberResponses(failures));
  await properties.removeTree(keyOf(request));
  return { status: 204, headers: [] };
};
