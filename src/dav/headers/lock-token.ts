import { Failure } from '../../failure.js';

/**
 * Parses a Lock-Token header field (RFC 4918 section 10.5). Old Windows clients omit the angle brackets.
 * @throws Failure `malformed` if it is missing or not a URI
 */
export function parseLockToken(field: string | undefined): string {
  if (field === undefined) throw new Failure('malformed', 'The request needs a Lock-Token header field.');
  const [, bracketed, bare] = /^(?:<([^<>\s]+)>|([^<>\s]+))$/.exec(field.trim()) ?? [];
  const token = bracketed ?? bare;
  if (token === undefined || !/^[a-z][a-z0-9+.-]*:/i.test(token)) {
    throw new Failure('malformed', 'Lock-Token must be a URI in angle brackets.');
  }
  return token;
}
