import { Failure } from '../failure.js';
import { type NameRule, parseTarget, type Target } from './target.js';

const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i;
// KDE writes `webdav:` for http and `webdavs:` for https; a TLS proxy in front turns http into https.
const defaultPorts = new Map(
  Object.entries({ http: '80', webdav: '80', dav: '80', https: '443', webdavs: '443', davs: '443' }),
);

/**
 * Parses a Destination header field (RFC 4918 section 10.3): an absolute URI on this server or an absolute path, with
 * spaces and UTF-8 escaped or raw.
 * @param field the header field
 * @param authorities this server as the client may have addressed it: the Host header field, and its public name
 * @throws Failure `malformed` if it is missing or invalid; `foreign-destination` if it names another server
 */
export function parseDestination(
  field: string | undefined,
  ...authorities: readonly (string | undefined)[]
): Target {
  return parseDestinationBy('portable', field, authorities);
}

/** As {@link parseDestination}, with a rule for the names in its path. */
export function parseDestinationBy(
  names: NameRule,
  field: string | undefined,
  authorities: readonly (string | undefined)[],
): Target {
  if (field === undefined) throw new Failure('malformed', 'The request needs a Destination header field.');
  const text = encodeRaw(withoutPadding(field));
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
    throw new Failure('foreign-destination', 'The Destination is on another server.');
  }
  return parseTarget(path === '' ? '/' : path, names);
}

const printable = /^[!-~]*$/;
/** Characters that no header field may contain: C0 control characters, including tabs, and DEL. */
const control = /[^ -~\x80-\xff]/;

/**
 * Percent-encodes what a URI in a header field contains raw. For example, git-annex sends names in Destination with
 * raw spaces and UTF-8.
 * @param text a header field or part of one, its bytes as Latin-1, as in Node
 * @throws Failure `malformed` for control characters, and for bytes that are not UTF-8
 */
export function encodeRaw(text: string): string {
  if (printable.test(text)) return text;
  if (control.test(text))
    throw new Failure('malformed', 'A URI in a header field contains a control character.');
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(text, 'latin1'),
    );
    return decoded.replace(/[^!-~]+/g, encodeURIComponent);
  } catch (cause) {
    throw new Failure('malformed', 'A URI in a header field is neither percent-encoded nor UTF-8.', {
      cause,
    });
  }
}

/** Removes the blanks around a field. `trim` would also remove U+00A0, which may be the last byte of a letter here. */
export function withoutPadding(field: string): string {
  let [start, end] = [0, field.length];
  while (isBlank(field[start])) start += 1;
  while (end > start && isBlank(field[end - 1])) end -= 1;
  return field.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

/** Compares without user information and letter case; a default port may be present or not. */
function sameAuthority(a: string, b: string, defaultPort: string): boolean {
  return normalAuthority(a, defaultPort) === normalAuthority(b, defaultPort);
}

function normalAuthority(authority: string, defaultPort: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  return /:\d+$/.test(host) ? host : `${host.replace(/:$/, '')}:${defaultPort}`;
}
