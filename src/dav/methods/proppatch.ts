import type { DavMethod } from '../context.js';
import { parsePrefer, preferenceHeaders } from '../headers/prefer.js';
import { requireTokens } from '../locks/require-tokens.js';
import { hrefAt, keyOf, requireConditions, requireStat } from '../place.js';
import { modificationTimeIn, withoutTimes } from '../properties/modification-time.js';
import { isAllowed, parsePropertyUpdate, updateResponse } from '../properties/update.js';
import { readBody } from '../read-body.js';
import { multistatusOf } from '../xml/multistatus.js';

/** Sets and removes dead properties, all or none (RFC 4918 section 9.2); some of them set the modification time. */
export const proppatch: DavMethod = async (request, context) => {
  const changes = parsePropertyUpdate(await readBody(request.body, context), context.propertyLimits);
  const stat = await requireStat(request);
  requireConditions(request.method, request.headers, stat);
  await requireTokens(request, context, request, 'resource');
  if (isAllowed(changes)) {
    const time = modificationTimeIn(changes);
    const isSet = time !== undefined && (await request.storage.setModified(request.path, time));
    const owner = { principal: context.principal, share: request.base };
    try {
      await context.properties.patch(keyOf(request), isSet ? withoutTimes(changes) : changes, owner);
    } catch (error) {
      if (isSet) await request.storage.setModified(request.path, stat.modified);
      throw error;
    }
  }
  const { minimal } = parsePrefer(request.headers.prefer);
  const preferences = preferenceHeaders({ minimal: minimal && isAllowed(changes), noRoot: false });
  // RFC 8144 section 2.2: if all properties were set, the answer need not list them.
  if (minimal && isAllowed(changes)) return { status: 204, headers: preferences };
  const answer = multistatusOf([updateResponse(hrefAt(request, stat), changes)]);
  return { ...answer, headers: [...answer.headers, ...preferences] };
};
