import { Failure } from '../failure.js';
import { type NameRule, parseTarget, type Target } from './target.js';

const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i;
// KDE writes `webdav:` for http and `webdavs:` for https; a TLS proxy in front changes http into https.
const defaultPorts = new Map([
  ['http', '80'],
  ['webdav', '80'],
  ['dav', '80'],
  ['https', '443'],
  ['webdavs', '443'],
  ['davs', '443'],
]);

/**
 * Parses a Destination header field (RFC 4918 section 10.3): an absolute URI on this server or an absolute path.
 * @param field the header field
 * @param authorities this server as the client may have addressed it: the Host header field, and its public name
 * @throws Failure `malformed` when it is missing or cannot be read, `foreign-destination` when it names another server
 */
export function parseDestination(
  field: string | undefined,
  ...authorities: readonly (string | undefined)[]
): Target {
  return parseDestinationBy('portable', field, authorities);
}

/** As {@link parseDestination}, by a rule for the names in its path. */
export function parseDestinationBy(
  names: NameRule,
  field: string | undefined,
  authorities: readonly (string | undefined)[],
): Target {
  if (field === undefined) throw new Failure('malformed', 'The request needs a Destination header field.');
  const text = field.trim();
  if (text.startsWith('/') && !text.startsWith('//')) return parseTarget(text, names);
  const [, scheme, host, path] = absolute.exec(text) ?? [];
  const port = scheme === undefined ? undefined : defaultPorts.get(scheme.toLowerCase());
  if (port === undefined || host === undefined || path === undefined) {
    throw new Failure(
      'malformed',
      'The Destination must be an absolute http or https URI, or an absolute path.',
    );
  }
  if (!authorities.some((own) => own !== undefined && sameAuthority(host, own, port))) {
    throw new Failure('foreign-destination', 'The Destination lies on another server.');
  }
  return parseTarget(path === '' ? '/' : path, names);
}

/** Compares without user information and letter case; a default port may be written or left out. */
function sameAuthority(a: string, b: string, defaultPort: string): boolean {
  return normalAuthority(a, defaultPort) === normalAuthority(b, defaultPort);
}

function normalAuthority(authority: string, defaultPort: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  return /:\d+$/.test(host) ? host : `${host.replace(/:$/, '')}:${defaultPort}`;
}
