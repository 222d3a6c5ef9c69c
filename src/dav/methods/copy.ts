import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { dropOrphans, requireUnlocked } from '../locks/require-tokens.js';
import { keyOf } from '../place.js';
import { withProperties } from '../properties/arriving.js';
import { replacing, type Arrived } from '../replacing.js';
import { prepareTransfer, transferred } from '../transfer.js';
import { copyTree, failureOfAll, memberResponses } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Copies a resource and, unless Depth is 0, everything below it (RFC 4918 section 9.8). */
export const copy: DavMethod = async (request, context) => {
  const depth = parseDepth(request.headers.depth, ['infinity', '0']);
  const { source, to, replaced, inTheWay } = await prepareTransfer(request);
  const locked = await requireUnlocked(request, context, to);
  if (locked.length > 0) return multistatusOf(locked);
  const { properties, principal } = context;
  const [from, target] = [keyOf(request), keyOf(to)];
  const owner = { principal, share: to.base };
  const copyFiles = async (arrived: () => void): Promise<Arrived> => {
    const { signal } = request;
    const behalf = { owner: principal, signal };
    const failed = await copyTree(request, to, source, { depth, unlisted: 'told', arrived, ...behalf });
    const failure = failureOfAll(failed, request);
    if (failure) throw failure;
    return { failures: failed, renamed: false };
  };
  let outcome: Arrived;
  if (inTheWay) {
    await properties.requireRoom(from, target, depth, owner);
    outcome = await replacing(to, inTheWay, 'by member', async (arrived) => {
      const copied = await copyFiles(arrived);
      if (copied.failures.length === 0) await properties.copyTree(from, target, depth, owner);
      return copied;
    });
    await dropOrphans(context, to);
  } else {
    // A partial copy that replaced nothing is kept, with the properties of what was copied.
    outcome = await withProperties(context, { from, to: target, depth, owner }, () =>
      replacing(to, undefined, 'by member', copyFiles),
    );
  }
  const { failures } = outcome;
  return failures.length > 0 ? multistatusOf(memberResponses(failures)) : transferred(replaced);
};
