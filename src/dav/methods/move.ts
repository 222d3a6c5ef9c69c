import { Failure } from '../../failure.js';
import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { dropOrphans, requireUnlocked } from '../locks/require-tokens.js';
import { keyOf } from '../place.js';
import { countAsCopy, withProperties } from '../properties/arriving.js';
import { replacing, type Arrived } from '../replacing.js';
import { prepareTransfer, transferred } from '../transfer.js';
import { copyTree, failureOfAll, memberResponses, removeTree } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Moves a resource and everything below it (RFC 4918 section 9.9). */
export const move: DavMethod = async (request, context) => {
  if (request.path === '/')
    throw new Failure('forbidden', 'The root of a share cannot be moved, replaced or removed.');
  const { source, to, replaced, inTheWay } = await prepareTransfer(request);
  if (source.kind === 'collection') parseDepth(request.headers.depth, ['infinity']);
  const [from, target] = [keyOf(request), keyOf(to)];
  const locked = [
    ...(await requireUnlocked(request, context, request)),
    ...(await requireUnlocked(request, context, to)),
  ];
  if (locked.length > 0) return multistatusOf(locked);
  const { properties, locks } = context;
  const arrival = {
    from,
    to: target,
    depth: 'infinity',
    // What stays in its share takes no more room than before, so the temporary duplicate is not counted.
    owner: { principal: '', share: request.base === to.base ? '' : to.base },
  } as const;
  const isSameStorage = request.storage === to.storage;
  const arrive = async (): Promise<Arrived> => {
    const outcome = await replacing(
      to,
      inTheWay,
      isSameStorage ? 'at once' : 'by member',
      async (arrived) => {
        const renamed = isSameStorage && (await request.storage.rename(request.path, to.path));
        if (renamed) return { failures: [], renamed };
        const behalf = { owner: context.principal, signal: request.signal };
        const copying = { depth: 'infinity', unlisted: 'refused', arrived, ...behalf } as const;
        return { failures: await copyTree(request, to, source, copying), renamed };
      },
    );
    const failure = failureOfAll(outcome.failures, request);
    if (failure) throw failure;
    return outcome;
  };
  if (replaced) await properties.requireRoom(from, target, 'infinity', arrival.owner);
  const { failures: missing, renamed } = await (replaced
    ? arrive()
    : withProperties(context, arrival, arrive));
  if (missing.length > 0) {
    if (!replaced) await countAsCopy(context, arrival, to.base);
    return multistatusOf(memberResponses(missing));
  }
  if (inTheWay) await dropOrphans(context, to);
  if (renamed) {
    await locks.moveTree(from, target);
    await properties.moveTree(from, target, to.base);
    return transferred(replaced);
  }
  // The source is removed only after all of it has arrived.
  if (replaced) await properties.copyTree(from, target, 'infinity', arrival.owner);
  const left = await removeTree(request, source, { owner: context.principal });
  if (left.length > 0) {
    await countAsCopy(context, arrival, to.base);
    await dropOrphans(context, request);
    return multistatusOf(memberResponses(left));
  }
  await locks.moveTree(from, target);
  await properties.moveTree(from, target, to.base);
  return transferred(replaced);
};
