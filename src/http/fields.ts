import { Failure } from '../failure.js';

/** The most field lines in a header or a trailer section; svn and proxies send fewer than fifty. */
export const mostFields = 1000;

/**
 * Fields that determine what a request means and have one value (RFC 9110 section 5.3). For some of them Node keeps
 * the first and drops the others; others it joins to something meaningless: either way a condition or a limit could
 * vanish.
 */
const single: ReadonlySet<string> = new Set(
  (
    'authorization content-length content-range content-type depth destination expect host if if-modified-since if-range ' +
    'if-unmodified-since lock-token origin overwrite range x-expected-entity-length x-oc-mtime'
  ).split(' '),
);

/**
 * @param fields name, value, name, value … as they were on the wire
 * @param distinct how many different names they have, regardless of case
 * @throws Failure `too-many-fields`; `malformed` if a field that must not be repeated is
 */
export function checkFields(fields: readonly string[], distinct: number): void {
  if (fields.length > mostFields * 2) {
    throw new Failure('too-many-fields', `A request must not have more than ${mostFields} header fields.`);
  }
  // Nearly all requests repeat no field.
  if (distinct * 2 < fields.length) refuseRepeated(fields);
}

function refuseRepeated(fields: readonly string[]): void {
  const seen = new Set<string>();
  for (let index = 0; index < fields.length; index += 2) {
    const name = (fields[index] ?? '').toLowerCase();
    if (!single.has(name)) continue;
    // RFC 9112 section 3.2: with two Hosts, a proxy in front and this server could interpret the request differently.
    if (seen.has(name)) {
      throw new Failure('malformed', `The request has more than one header field "${name}".`);
    }
    seen.add(name);
  }
}

/** Fields that a proxy handles or sets itself: naming them in Connection removes nothing. */
const ownOfEachHop: ReadonlySet<string> = new Set(['authorization', 'content-length', 'expect', 'host']);

/** Besides the single ones: conditions, descriptions of the body, and svn's own fields. */
const otherDeciding = /^(?:if-.*|content-(?!length$).*|x-svn-.*|dav|label|timeout)$/;

/** Whether a field, named in lower case, determines what a request means. */
export function decides(name: string): boolean {
  return (single.has(name) && !ownOfEachHop.has(name)) || otherDeciding.test(name);
}
