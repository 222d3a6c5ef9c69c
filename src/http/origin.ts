import type { RequestHeaders } from './message.js';

/** Methods that change nothing (RFC 9110 section 9.2.1; PROPFIND in RFC 4918, REPORT in RFC 3253). */
const reading = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/**
 * The origin (RFC 6454: scheme, host, port) that a client addressed, as browsers write it in Origin.
 * @param host the Host header field
 * @returns undefined for a missing or invalid host
 */
export function originOf(scheme: 'http' | 'https', host: string | undefined): string | undefined {
  if (host === undefined || !/^[^\s/?#@\\]+$/.test(host)) return undefined;
  const url = `${scheme}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/**
 * Whether a page of this server's own origin made the request, according to the browser. Sec-Fetch-Site (Fetch
 * Metadata) decides if it is present, which it is over https and on loopback; otherwise Origin decides, which browsers
 * send with every method but GET and HEAD. Without either, false.
 * @param publicOrigin this server as browsers address it, such as `https://files.example.org`; undefined: not known
 */
export function isSameOrigin(headers: RequestHeaders, publicOrigin: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  // `none` means a person at the address bar, who can only read.
  if (site !== undefined) return site === 'same-origin';
  if (publicOrigin === undefined || !URL.canParse(publicOrigin)) return false;
  const { origin } = new URL(publicOrigin);
  return origin !== 'null' && headers.origin === origin;
}

/**
 * Whether a cookie may authenticate this request. Browsers attach cookies to requests from other sites, too. They
 * therefore count for reading, because another site does not see the answer, but for writing only from our own pages.
 */
export function cookiesCount(
  method: string,
  headers: RequestHeaders,
  publicOrigin: string | undefined,
): boolean {
  const isReading = reading.has(method) && !opensWebSocket(headers);
  return isReading || isSameOrigin(headers, publicOrigin);
}

/** Whoever opens a WebSocket writes and reads on it, whatever page they are (RFC 6455 section 10.2). */
function opensWebSocket(headers: RequestHeaders): boolean {
  return headers['sec-websocket-key'] !== undefined || headers['sec-fetch-mode'] === 'websocket';
}
