import { isIPv6 } from 'node:net';

/**
 * What counts as one address when attempts are counted: an IPv4 address or, for IPv6, the /64, because sites usually
 * have at least that much (RFC 6177). Any other text stands for itself.
 * @param address without a zone; an IPv4 address never in its IPv6 form
 */
export function networkOf(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
