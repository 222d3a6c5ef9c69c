import { Failure } from '../../failure.js';
import { clientAddress, normalizeAddress, publicOrigin, TrustedProxies } from '../client-address.js';
import type { HeaderList, RequestHeaders } from '../message.js';
import { methodOf, type Method } from '../method.js';
import { originOf } from '../origin.js';
import { parseTarget, type Target } from '../target.js';

/** The servers that ask. `apache` asks by FastCGI, the others by HTTP. */
export type Asker = 'apache' | 'nginx' | 'caddy' | 'traefik' | 'envoy' | 'haproxy';

/** What a server sent to ask about a request of its client's. */
export interface Asked {
  readonly by: Asker;
  /** Of the message that asks, which is the client's method where the server passes that on. */
  readonly method: string;
  /** What follows the path that names the asker: the client's target where the server passes that on. */
  readonly rawTarget: string;
  /** The client's header fields and those that the server has added. */
  readonly headers: RequestHeaders;
  /** The same as they came, in their order. */
  readonly fields: HeaderList;
  /** The other end: the server's for HTTP, the client's as Apache has it. */
  readonly address: string | undefined;
  /** By which Apache was asked. */
  readonly scheme: 'http' | 'https';
  readonly connection: object;
}

/** A request of another server's client, read. */
export interface GuardedRequest {
  readonly method: Method;
  readonly target: Target;
  readonly headers: RequestHeaders;
  readonly client: { readonly address: string | undefined; readonly throughProxy: boolean };
  /** The other server as its client addresses it. */
  readonly origin: string | undefined;
  /** What a Destination may name. */
  readonly authorities: readonly (string | undefined)[];
}

/** Where each server says which method and target its client sent. */
const saysBy: Readonly<Record<Asker, 'itself' | 'original' | 'forwarded'>> = {
  apache: 'itself',
  envoy: 'itself',
  nginx: 'original',
  haproxy: 'original',
  caddy: 'forwarded',
  traefik: 'forwarded',
};

/** What a server tells a backend of its client; one that comes from the client is an attempt to be somebody else. */
const identityFields = new Set(['remote-user', 'remote-groups', 'remote-name', 'remote-email']);

/**
 * Reads what a server asks.
 * @param trusted whose X-Forwarded-For counts
 * @param declaredOrigin the public origin as it is declared; undefined: what the server says
 * @throws Failure `malformed` for what is missing, repeated or could be read in two ways, for identities from outside, and
 *   as parseTarget; `not-implemented` for a method that nobody knows
 */
export function readAsked(
  asked: Asked,
  trusted: TrustedProxies,
  declaredOrigin: string | undefined,
): GuardedRequest {
  const { by, headers, fields, address } = asked;
  refuseIdentities(fields);
  const { method: sentMethod, uri } = clientsRequest(asked);
  const method = methodOf(sentMethod);
  if (method === undefined) throw new Failure('not-implemented', 'This method is not known here.');
  const said = {
    'x-forwarded-proto': atMostOne(fields, 'x-forwarded-proto'),
    'x-forwarded-host': atMostOne(fields, 'x-forwarded-host'),
    host: headers.host,
  };
  const origin = by === 'apache' ? originOf(asked.scheme, headers.host) : publicOrigin(said, true);
  const authority = said['x-forwarded-host'] ?? headers.host;
  return {
    method,
    target: parseTarget(uri),
    headers,
    client: {
      address: clientAddress(address, headers['x-forwarded-for'], trusted),
      throughProxy: address !== undefined && trusted.has(normalizeAddress(address) ?? ''),
    },
    origin: declaredOrigin ?? origin,
    authorities: [by === 'apache' ? headers.host : authority, hostOf(declaredOrigin ?? origin)],
  };
}

function clientsRequest({ by, method, rawTarget, fields }: Asked): { method: string; uri: string } {
  switch (saysBy[by]) {
    case 'itself':
      return { method, uri: rawTarget };
    case 'original':
      return {
        method: one(fields, 'x-original-method'),
        uri: one(fields, 'x-original-uri', 'x-original-url'),
      };
    case 'forwarded':
      return { method: one(fields, 'x-forwarded-method'), uri: one(fields, 'x-forwarded-uri') };
  }
}

/** The value of the one field that there must be of these. */
function one(fields: HeaderList, ...names: readonly string[]): string {
  const [value, ...more] = valuesOf(fields, names);
  const called = names.join(' or ');
  if (value === undefined) throw new Failure('malformed', `The server that asks sent no ${called}.`);
  if (more.length > 0) throw new Failure('malformed', `The server that asks sent more than one ${called}.`);
  return value;
}

function atMostOne(fields: HeaderList, name: string): string | undefined {
  const [value, ...more] = valuesOf(fields, [name]);
  if (more.length > 0 || value?.includes(',') === true) {
    throw new Failure('malformed', `The server that asks sent more than one ${name}.`);
  }
  return value;
}

function valuesOf(fields: HeaderList, names: readonly string[]): string[] {
  return fields.flatMap(([name, value]) => (names.includes(name.toLowerCase()) ? [value] : []));
}

/** Many backends take an underscore in a name for a hyphen. */
function refuseIdentities(fields: HeaderList): void {
  for (const [name, value] of fields) {
    if (value !== '' && identityFields.has(name.toLowerCase().replaceAll('_', '-'))) {
      throw new Failure('malformed', 'A client must not say who it is by such a header field.');
    }
  }
}

function hostOf(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  const { protocol, host, port } = new URL(origin);
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}
