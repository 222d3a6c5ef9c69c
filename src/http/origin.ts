import type { RequestHeaders } from './message.js';

/** Methods that change nothing (RFC 9110 section 9.2.1; PROPFIND in RFC 4918, REPORT in RFC 3253). */
const reading = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/**
 * The origin (RFC 6454: scheme, host, port) that a client addressed, as browsers write it in Origin.
 * @param host the Host header field
 * @returns undefined for a missing or broken host
 */
export function originOf(scheme: 'http' | 'https', host: string | undefined): string | undefined {
  if (host === undefined || !/^[^\s/?#@\\]+$/.test(host)) return undefined;
  const url = `${scheme}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/**
 * Whether a request was made by a page of this server's own origin, as a browser tells it. Sec-Fetch-Site (Fetch
 * Metadata) decides where it is sent, which browsers do over https and on loopback; otherwise Origin, which they send
 * with every method but GET and HEAD. With neither, nobody vouches for the request: false.
 * @param publicOrigin this server as browsers address it, such as `https://files.example.org`; undefined: not known
 */
export function isSameOrigin(headers: RequestHeaders, publicOrigin: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  // `none` is a person at the address bar, who can only read.
  if (site !== undefined) return site === 'same-origin';
  if (publicOrigin === undefined || !URL.canParse(publicOrigin)) return false;
  const { origin } = new URL(publicOrigin);
  return origin !== 'null' && headers.origin === origin;
}

/**
 * Whether a cookie may speak for its owner in this request. Browsers attach cookies to what other sites send, too: so
 * they count for reading, whose answer another site does not get to see, and for writing only from our own pages.
 */
export function cookiesCount(
  method: string,
  headers: RequestHeaders,
  publicOrigin: string | undefined,
): boolean {
  return reading.has(method) || isSameOrigin(headers, publicOrigin);
}
