import { Failure } from '../../failure.js';
import type { DavMethod } from '../context.js';
import { parseLockToken } from '../headers/lock-token.js';
import { keyOf } from '../place.js';

/** Releases a lock (RFC 4918 section 9.11). */
export const unlock: DavMethod = async (request, { locks, principal }) => {
  const token = parseLockToken(request.headers['lock-token']);
  const lock = (await locks.covering(keyOf(request))).find((candidate) => candidate.token === token);
  if (lock && lock.principal !== principal) {
    throw new Failure('forbidden', 'Only the user who took the lock may release it.');
  }
  if (!lock || !(await locks.remove(token))) {
    throw new Failure('conflict', 'This resource has no lock with this token.', {
      condition: 'lock-token-matches-request-uri',
    });
  }
  return { status: 204, headers: [] };
};
