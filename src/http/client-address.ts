import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net';
import type { RequestHeaders } from './message.js';
import { originOf } from './origin.js';

/** The most entries of an X-Forwarded-For field to examine: longer chains of proxies are fabricated. */
const maximumHops = 32;

/**
 * An IP address in the canonical form for comparisons and logs: no zone, IPv6 compressed in lower case, an IPv4
 * address never in its IPv6 form. @returns undefined for anything but an address
 */
export function normalizeAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const [bare = ''] = text.split('%', 1);
  if (isIP(bare) !== 6) return undefined;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  return mapped ?? address;
}

/** The proxies in front of this server whose X-Forwarded fields it trusts. */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #none: boolean;

  /**
   * @param entries addresses and networks in CIDR notation, IPv4 and IPv6
   * @throws RangeError that names the first entry that is neither
   */
  constructor(entries: readonly string[] = []) {
    this.#none = entries.length === 0;
    for (const entry of entries) {
      const [text = '', length, ...more] = entry.split('/');
      const address = normalizeAddress(text);
      const isMapped = text.includes(':') && address?.includes(':') === false;
      const longest = address?.includes(':') === true ? 128 : 32;
      const prefix = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : NaN;
      if (
        address === undefined ||
        more.length > 0 ||
        !(prefix <= longest) ||
        (isMapped && length !== undefined)
      ) {
        throw new RangeError(
          `"${entry}" is neither an IP address nor a network such as 10.0.0.0/8 or fd00::/8.`,
        );
      }
      this.#list.addSubnet(address, prefix, familyOf(address));
    }
  }

  /** @param address in the form of {@link normalizeAddress} */
  has(address: string): boolean {
    return !this.#none && this.#list.check(address, familyOf(address));
  }
}

/**
 * The address that a request comes from: the peer's or, if the peer is a trusted proxy, the right-most address of
 * X-Forwarded-For that is not one. The client wrote everything further left. An entry that is not an address ends the
 * search at the proxy that wrote it.
 * @param peer the other end of the connection
 * @param forwardedFor the X-Forwarded-For field, repeated ones joined by commas
 * @returns undefined if the peer's address is not known
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: TrustedProxies,
): string | undefined {
  let address = peer === undefined ? undefined : normalizeAddress(peer);
  let rest = forwardedFor;
  for (let hop = 0; hop < maximumHops; hop += 1) {
    if (address === undefined || rest === undefined || !trusted.has(address)) return address;
    const comma = rest.lastIndexOf(',');
    const next = parseEntry(rest.slice(comma + 1).trim());
    if (next === undefined) return address;
    address = next;
    rest = comma === -1 ? undefined : rest.slice(0, comma);
  }
  return address;
}

/** Some proxies also write the port: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
function parseEntry(entry: string): string | undefined {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(entry) ?? [];
  return normalizeAddress(bracketed ?? dotted ?? entry);
}

/**
 * This server's origin as browsers address it. X-Forwarded-Proto and X-Forwarded-Host count only if a trusted proxy
 * sent the request; if they have several values, the last one counts, because the proxy wrote it.
 * @param peerIsTrusted whether {@link TrustedProxies.has} the other end of the connection
 * @param scheme of the connection itself
 * @returns undefined for a missing or invalid host, or an X-Forwarded-Proto that is neither http nor https
 */
export function publicOrigin(
  headers: RequestHeaders,
  peerIsTrusted: boolean,
  scheme: 'http' | 'https' = 'http',
): string | undefined {
  if (!peerIsTrusted) return originOf(scheme, headers.host);
  const forwardedScheme = last(headers['x-forwarded-proto'])?.toLowerCase() ?? scheme;
  const host = last(headers['x-forwarded-host']) ?? headers.host;
  if (forwardedScheme !== 'http' && forwardedScheme !== 'https') return undefined;
  return originOf(forwardedScheme, host);
}

function last(field: string | undefined): string | undefined {
  return field?.slice(field.lastIndexOf(',') + 1).trim();
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
