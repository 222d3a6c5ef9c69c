import { Failure } from '../failure.js';

/** Field lines that a header or a trailer section may have; svn and proxies send less than fifty. */
export const mostFields = 1000;

/**
 * Fields that decide what a request means, and have one value (RFC 9110 section 5.3). Of some of them Node keeps the
 * first and drops the others, others it joins to what means nothing: either way a condition or a limit could vanish.
 */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-range',
  'content-type',
  'depth',
  'destination',
  'expect',
  'host',
  'if',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'lock-token',
  'origin',
  'overwrite',
  'range',
  'x-expected-entity-length',
  'x-oc-mtime',
]);

/**
 * @param fields name, value, name, value … as they stood on the wire
 * @param distinct how many names there are among them, regardless of case
 * @throws Failure `too-many-fields`; `malformed` where a field is repeated that must not be
 */
export function checkFields(fields: readonly string[], distinct: number): void {
  if (fields.length > mostFields * 2) {
    throw new Failure('too-many-fields', `A request may have ${mostFields} header fields at most.`);
  }
  // Nearly all requests repeat nothing.
  if (distinct * 2 < fields.length) refuseRepeated(fields);
}

function refuseRepeated(fields: readonly string[]): void {
  const seen = new Set<string>();
  for (let index = 0; index < fields.length; index += 2) {
    const name = (fields[index] ?? '').toLowerCase();
    if (!single.has(name)) continue;
    // RFC 9112 section 3.2: with two Hosts, a proxy in front and this server could take the request for different ones.
    if (seen.has(name)) {
      throw new Failure('malformed', `The request has more than one header field "${name}".`);
    }
    seen.add(name);
  }
}

/** What a proxy answers for or sets itself: to name them in Connection strips nothing. */
const ownOfEachHop: ReadonlySet<string> = new Set(['authorization', 'content-length', 'expect', 'host']);

/** Beside those that are single: conditions, what the body is, and what svn asks of its server. */
const otherDeciding = /^(?:if-.*|content-(?!length$).*|x-svn-.*|dav|label|timeout)$/;

/** Whether a field, named in lower case, decides what a request means. */
export function decides(name: string): boolean {
  return (single.has(name) && !ownOfEachHop.has(name)) || otherDeciding.test(name);
}
