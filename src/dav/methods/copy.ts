import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { dropOrphans, requireUnlocked } from '../locks/require-tokens.js';
import { keyOf } from '../place.js';
import { replacing } from '../replacing.js';
import { prepareTransfer, transferred } from '../transfer.js';
import { copyTree, failureOfAll, memberResponses } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Copies a resource, with everything below it unless Depth is 0 (RFC 4918 section 9.8). */
export const copy: DavMethod = async (request, context) => {
  const depth = parseDepth(request.headers.depth, ['infinity', '0']);
  const { source, to, replaced, inTheWay } = await prepareTransfer(request);
  const locked = await requireUnlocked(request, context, to);
  if (locked.length > 0) return multistatusOf(locked);
  // What something that is gone left behind would be the new members' until the copy is done.
  if (!replaced) await context.properties.removeTree(keyOf(to));
  const failures = await replacing(to, inTheWay, 'by member', (arrived) =>
    copyTree(request, to, source, { depth, leftOut: 'told', arrived, signal: request.signal }),
  );
  const failure = failureOfAll(failures, request);
  if (failure) throw failure;
  // A copy that replaced nothing stays as far as it got, with the properties of what is there.
  if (failures.length === 0 || !inTheWay) await context.properties.copyTree(keyOf(request), keyOf(to), depth);
  if (inTheWay) await dropOrphans(context, to);
  return failures.length > 0 ? multistatusOf(memberResponses(failures)) : transferred(replaced);
};
