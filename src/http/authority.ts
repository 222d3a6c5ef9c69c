import { Failure } from '../failure.js';

const schemeAndAuthority = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i;

/**
 * The host, and the port if given, in a request target in absolute form (RFC 9112 section 3.2.2), without user
 * information.
 * @returns undefined for any other form
 * @throws Failure `malformed` for a scheme other than http and https, and for an invalid host
 */
export function authorityIn(rawTarget: string): string | undefined {
  if (rawTarget.startsWith('/')) return undefined;
  const [, scheme, authority] = schemeAndAuthority.exec(rawTarget) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (!/^https?$/i.test(scheme) || host === '' || /[\s\\]/.test(authority)) {
    throw new Failure('malformed', 'The request target must be an absolute path, or a URI on this server.');
  }
  return host;
}
