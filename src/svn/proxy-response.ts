import { endToEnd } from '../http/hop-by-hop.js';
import type { HeaderList } from '../http/message.js';
import { secretHeader } from './apache-config.js';
import { publicLocation } from './destination.js';
import { childOrigin, publicAuthority } from './proxy-request.js';
import type { UpstreamAddress } from './upstream-address.js';

/**
 * The child's header fields as the client may see them, in their order and case, repeated ones kept: nothing of the
 * connection, no trace of the secret's field, and links to the child turned into links to this server.
 */
export function clientHeaders(
  headers: HeaderList,
  address: UpstreamAddress,
  publicOrigin: string | undefined,
): HeaderList {
  return endToEnd(headers).flatMap(([name, value]): HeaderList => {
    switch (name.toLowerCase()) {
      case 'location':
      case 'content-location':
        return [[name, publicLocation(value, ownNames(address, publicOrigin), publicOrigin)]];
      case 'vary':
        return withoutSecret(name, value);
      default:
        return [[name, value]];
    }
  });
}

function ownNames(address: UpstreamAddress, publicOrigin: string | undefined): string[] {
  const authority = publicAuthority(publicOrigin);
  return [childOrigin(address), ...(authority === undefined ? [] : [`http://${authority.toLowerCase()}`])];
}

function withoutSecret(name: string, value: string): HeaderList {
  const hidden = secretHeader.toLowerCase();
  const tokens = value.split(',').map((token) => token.trim());
  const shown = tokens.filter((token) => token.toLowerCase() !== hidden);
  if (shown.length === tokens.length) return [[name, value]];
  return shown.length === 0 ? [] : [[name, shown.join(', ')]];
}
