import { endToEnd } from '../http/hop-by-hop.js';
import type { HeaderList } from '../http/message.js';
import { secretHeader } from './apache/apache-config.js';
import { publicLocation } from './destination.js';
import { originAt, type UpstreamAddress } from './upstream-address.js';

/**
 * What Apache reveals about itself, and its caching times (a week for `!svn/rvr` and `?p=`), which would let caches
 * store what only one user may see.
 */
const withheld: ReadonlySet<string> = new Set(
  'server x-powered-by cache-control expires pragma age'.split(' '),
);

/**
 * The child's header fields as the client may see them, in their order and case, including repeated ones: without
 * connection fields, the secret's field and {@link withheld} ones, and with links to the child turned into links to
 * this server.
 * @param publicOrigin scheme and authority that the client uses, such as `https://files.example.org`, if known
 */
export function clientHeaders(
  headers: HeaderList,
  address: UpstreamAddress,
  publicOrigin: () => string | undefined,
): HeaderList {
  const shown: (readonly [string, string])[] = [];
  for (const field of endToEnd(headers)) {
    const [name, value] = field;
    switch (name.toLowerCase()) {
      case 'location':
      case 'content-location':
        shown.push([name, publicLocation(value, ownNames(address), plainOrigin(publicOrigin()))]);
        break;
      case 'vary':
        shown.push(...withoutSecret(name, value));
        break;
      default:
        if (!withheld.has(name.toLowerCase())) shown.push(field);
    }
  }
  return shown;
}

/** Apache omits the scheme's default port. */
function ownNames(address: UpstreamAddress): string[] {
  const origin = originAt(address);
  return [origin, new URL(origin).origin];
}

function plainOrigin(origin: string | undefined): string | undefined {
  return /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(origin ?? '')
    ? origin
    : undefined;
}

function withoutSecret(name: string, value: string): HeaderList {
  const hidden = secretHeader.toLowerCase();
  const tokens = value.split(',').map((token) => token.trim());
  const shown = tokens.filter((token) => token.toLowerCase() !== hidden);
  if (shown.length === tokens.length) return [[name, value]];
  return shown.length === 0 ? [] : [[name, shown.join(', ')]];
}
