import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { keyOf } from '../place.js';
import { prepareTransfer } from '../transfer.js';
import { copyTree, memberResponses, removeTree } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Copies a resource, with everything below it unless Depth is 0 (RFC 4918 section 9.8). */
export const copy: DavMethod = async (request, { properties }) => {
  const depth = parseDepth(request.headers.depth, ['infinity', '0']);
  const { source, to, replaced } = await prepareTransfer(request);
  // A file takes a file's place in one step; anything else is removed first, as section 9.8.4 says.
  if (replaced && !(source.kind === 'file' && replaced.kind === 'file')) {
    const left = await removeTree(to, replaced);
    if (left.length > 0) return multistatusOf(memberResponses(left));
  }
  const failures = await copyTree(request, to, source, depth);
  const [first] = failures;
  if (first?.place.path === request.path) throw first.failure;
  await properties.copyTree(keyOf(request), keyOf(to), depth);
  if (failures.length > 0) return multistatusOf(memberResponses(failures));
  return replaced ? { status: 204, headers: [] } : { status: 201, headers: [['Content-Length', '0']] };
};
