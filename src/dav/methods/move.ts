import type { DavMethod, DavRequest } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { keyOf } from '../place.js';
import { prepareTransfer, type Transfer } from '../transfer.js';
import { copyTree, memberResponses, removeTree, type MemberFailure } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Moves a resource and everything below it (RFC 4918 section 9.9). */
export const move: DavMethod = async (request, { properties }) => {
  const transfer = await prepareTransfer(request);
  const { source, to, replaced } = transfer;
  if (source.kind === 'collection') parseDepth(request.headers.depth, ['infinity']);
  if (replaced && !(source.kind === 'file' && replaced.kind === 'file')) {
    const left = await removeTree(to, replaced);
    if (left.length > 0) return multistatusOf(memberResponses(left));
  }
  const renamed = request.storage === to.storage && (await request.storage.rename(request.path, to.path));
  if (renamed) {
    await properties.moveTree(keyOf(request), keyOf(to));
  } else {
    const failures = await copyAndRemove(request, transfer, async () => {
      await properties.copyTree(keyOf(request), keyOf(to), 'infinity');
    });
    const [first] = failures;
    if (first?.place.path === request.path) throw first.failure;
    if (failures.length > 0) return multistatusOf(memberResponses(failures));
    await properties.removeTree(keyOf(request));
  }
  return replaced ? { status: 204, headers: [] } : { status: 201, headers: [['Content-Length', '0']] };
};

/** The source goes only once all of it has arrived. */
async function copyAndRemove(
  request: DavRequest,
  { source, to }: Transfer,
  copied: () => Promise<void>,
): Promise<MemberFailure[]> {
  const failures = await copyTree(request, to, source, 'infinity');
  if (failures.length > 0) return failures;
  await copied();
  return removeTree(request, source);
}
