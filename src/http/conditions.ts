import { Failure } from '../failure.js';
import { parseHttpDate } from './date.js';
import { matchesStrongly, matchesWeakly, parseEntityTag, parseTagList, type EntityTag } from './etag.js';
import type { RequestHeaders } from './message.js';

/** What conditional requests compare with: the current representation, or undefined if there is none. */
export interface Validators {
  /** The entity tag as in the header field; undefined if the resource has none. */
  readonly etag: string | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export type ConditionOutcome = 'proceed' | 'not-modified' | 'precondition-failed';

/**
 * Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110 section
 * 13.2.2. An invalid date is ignored, as a recipient must (sections 13.1.3 and 13.1.4). An invalid list of tags
 * matches nothing if the method reads; if it writes, the request is refused, because it must not overwrite anything
 * against a condition of the client.
 * @throws Failure `malformed` for such a list if the method writes
 */
export function evaluateConditions(
  method: string,
  headers: RequestHeaders,
  current: Validators | undefined,
): ConditionOutcome {
  const reading = method === 'GET' || method === 'HEAD';
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!listed('If-Match', ifMatch, current, matchesStrongly, reading)) return 'precondition-failed';
  } else if (headers['if-unmodified-since'] !== undefined) {
    const limit = parseHttpDate(headers['if-unmodified-since']);
    if (limit !== undefined && current && wholeSeconds(current.lastModified) > limit)
      return 'precondition-failed';
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (listed('If-None-Match', ifNoneMatch, current, matchesWeakly, reading))
      return reading ? 'not-modified' : 'precondition-failed';
  } else if (reading && headers['if-modified-since'] !== undefined) {
    const since = parseHttpDate(headers['if-modified-since']);
    if (since !== undefined && current && wholeSeconds(current.lastModified) <= since) return 'not-modified';
  }
  return 'proceed';
}

/** Whether to honour a Range header field: If-Range (RFC 9110 section 13.1.5) is missing or matches strongly. */
export function rangeApplies(ifRange: string | undefined, current: Validators): boolean {
  if (ifRange === undefined) return true;
  const tag = parseEntityTag(ifRange);
  if (tag) {
    const own = current.etag === undefined ? undefined : parseEntityTag(current.etag);
    return own !== undefined && matchesStrongly(tag, own);
  }
  return parseHttpDate(ifRange) === wholeSeconds(current.lastModified);
}

function listed(
  name: string,
  field: string,
  current: Validators | undefined,
  matches: (a: EntityTag, b: EntityTag) => boolean,
  reading: boolean,
): boolean {
  const list = parseTagList(field);
  if (list === undefined && !reading) {
    throw new Failure(
      'malformed',
      `${name} must be * or a list of entity tags, not longer than 16,384 characters.`,
    );
  }
  if (list === '*') return current !== undefined;
  const own = current?.etag === undefined ? undefined : parseEntityTag(current.etag);
  return own !== undefined && list?.some((tag) => matches(tag, own)) === true;
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
