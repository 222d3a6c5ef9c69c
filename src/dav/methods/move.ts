import { Failure } from '../../failure.js';
import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { dropOrphans, requireUnlocked } from '../locks/require-tokens.js';
import { keyOf } from '../place.js';
import { replacing } from '../replacing.js';
import { prepareTransfer, transferred } from '../transfer.js';
import { copyTree, failureOfAll, memberResponses, removeTree } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Moves a resource and everything below it (RFC 4918 section 9.9). */
export const move: DavMethod = async (request, context) => {
  if (request.path === '/') throw new Failure('forbidden', 'The root of a share stays where it is.');
  const { source, to, replaced, inTheWay } = await prepareTransfer(request);
  if (source.kind === 'collection') parseDepth(request.headers.depth, ['infinity']);
  const [from, target] = [keyOf(request), keyOf(to)];
  const locked = [
    ...(await requireUnlocked(request, context, request)),
    ...(await requireUnlocked(request, context, to)),
  ];
  if (locked.length > 0) return multistatusOf(locked);
  const { properties, locks } = context;
  const done = { renamed: false };
  // They are there before the resource, so that one cannot arrive without the other should this process be killed.
  if (!replaced) await properties.copyTree(from, target, 'infinity');
  const missing = await replacing(
    to,
    inTheWay,
    request.storage === to.storage ? 'at once' : 'by member',
    async (arrived) => {
      done.renamed = request.storage === to.storage && (await request.storage.rename(request.path, to.path));
      if (done.renamed) return [];
      const { signal } = request;
      return copyTree(request, to, source, { depth: 'infinity', leftOut: 'refused', arrived, signal });
    },
  );
  const failure = failureOfAll(missing, request);
  if (failure) throw failure;
  if (missing.length > 0) return multistatusOf(memberResponses(missing));
  if (inTheWay) await dropOrphans(context, to);
  if (done.renamed) {
    await locks.moveTree(from, target);
    await properties.moveTree(from, target);
    return transferred(replaced);
  }
  // The source goes only once all of it has arrived.
  await properties.copyTree(from, target, 'infinity');
  const left = await removeTree(request, source);
  if (left.length > 0) {
    await dropOrphans(context, request);
    return multistatusOf(memberResponses(left));
  }
  await locks.moveTree(from, target);
  await properties.removeTree(from);
  return transferred(replaced);
};
