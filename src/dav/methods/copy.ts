import type { DavMethod } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { keyOf } from '../place.js';
import { replacing } from '../replacing.js';
import { prepareTransfer, transferred } from '../transfer.js';
import { copyTree, memberResponses } from '../tree.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Copies a resource, with everything below it unless Depth is 0 (RFC 4918 section 9.8). */
export const copy: DavMethod = async (request, { properties }) => {
  const depth = parseDepth(request.headers.depth, ['infinity', '0']);
  const { source, to, replaced, inTheWay } = await prepareTransfer(request);
  const failures = await replacing(to, inTheWay, () => copyTree(request, to, source, depth));
  const [first] = failures;
  if (first?.place.path === request.path) throw first.failure;
  // A copy that replaced nothing stays as far as it got, with the properties of what is there.
  if (failures.length === 0 || !inTheWay) await properties.copyTree(keyOf(request), keyOf(to), depth);
  return failures.length > 0 ? multistatusOf(memberResponses(failures)) : transferred(replaced);
};
