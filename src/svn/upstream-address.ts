import { Failure } from '../failure.js';

/** Where an Apache listens now, and what it must be shown. */
export interface UpstreamAddress {
  readonly scheme: 'http' | 'https';
  /** A name or an IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The child's: 64 hexadecimal digits, new at every start. */
  readonly secret: string;
}

/** The address in an origin such as `http://127.0.0.1:8081`. @throws Failure `internal` for what is none */
export function addressOf(origin: string, secret: string): UpstreamAddress {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const scheme = url?.protocol === 'https:' ? 'https' : 'http';
  if (url === undefined || url.origin === 'null' || !/^https?:$/.test(url.protocol)) {
    throw new Failure('internal', `Apache cannot be at ${JSON.stringify(origin)}.`);
  }
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port);
  return { scheme, host: url.hostname.replace(/^\[|\]$/g, ''), port, secret };
}

/** Scheme, host and port of an address, without a slash; the port always written. */
export function originAt({ scheme, host, port }: UpstreamAddress): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
