import { parseHttpDate } from './date.js';
import { matchesStrongly, matchesWeakly, parseEntityTag, parseEntityTags, type EntityTag } from './etag.js';
import type { RequestHeaders } from './message.js';

/** What conditional requests compare with: the current representation, or undefined where nothing is. */
export interface Validators {
  /** The entity tag as it stands in the header field; undefined where the resource has none. */
  readonly etag: string | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export type ConditionOutcome = 'proceed' | 'not-modified' | 'precondition-failed';

/**
 * Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of
 * RFC 9110 section 13.2.2. A date that cannot be read is as if it were not there; a list of tags matches nothing.
 */
export function evaluateConditions(
  method: string,
  headers: RequestHeaders,
  current: Validators | undefined,
): ConditionOutcome {
  const reading = method === 'GET' || method === 'HEAD';
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!listed(ifMatch, current, matchesStrongly)) return 'precondition-failed';
  } else if (headers['if-unmodified-since'] !== undefined) {
    const limit = parseHttpDate(headers['if-unmodified-since']);
    if (limit !== undefined && current && wholeSeconds(current.lastModified) > limit)
      return 'precondition-failed';
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (listed(ifNoneMatch, current, matchesWeakly)) return reading ? 'not-modified' : 'precondition-failed';
  } else if (reading && headers['if-modified-since'] !== undefined) {
    const since = parseHttpDate(headers['if-modified-since']);
    if (since !== undefined && current && wholeSeconds(current.lastModified) <= since) return 'not-modified';
  }
  return 'proceed';
}

/** Whether a Range header field may be honoured: If-Range (RFC 9110 section 13.1.5) is absent or matches strongly. */
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
  field: string,
  current: Validators | undefined,
  matches: (a: EntityTag, b: EntityTag) => boolean,
): boolean {
  if (field.trim() === '*') return current !== undefined;
  const own = current?.etag === undefined ? undefined : parseEntityTag(current.etag);
  const tags = parseEntityTags(field);
  return own !== undefined && tags?.some((tag) => matches(tag, own)) === true;
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
