import { isSvnRead } from '../access/required-access.js';
import { Failure } from '../failure.js';
import { decides } from '../http/fields.js';
import { endToEnd, namedByConnection } from '../http/hop-by-hop.js';
import type { HeaderList } from '../http/message.js';
import { methodOf } from '../http/method.js';
import { secretHeader } from './apache/apache-config.js';
import { destinationAt, ifAt, originForm } from './destination.js';
import { type Framing, framingOf } from './request-framing.js';
import { originAt, type UpstreamAddress } from './upstream-address.js';

export interface RequestHead {
  readonly method: string;
  readonly rawTarget: string;
  /** The client's header fields, including repeated ones. */
  readonly headers: HeaderList;
  /** The authenticated user: the author of commits and the owner of locks. Undefined: somebody without a name reads. */
  readonly username: string | undefined;
}

export interface UpstreamHead {
  readonly path: string;
  /** Name, value, name, value …, the format of node:http. */
  readonly headers: readonly string[];
  readonly framing: Framing;
}

// TRACE would show the client what we add; CONNECT is not a request for a resource.
const refusedMethods = new Set(['TRACE', 'CONNECT']);
/** Methods for which a missing Content-Length means no body; node:http adds no framing to them. */
const usuallyWithoutBody = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/**
 * Fields that this server sets or vouches for, and never accepts from outside: in lower case, with hyphens, because
 * CGI and its descendants treat `_` and `-` alike (CVE-2015-0219).
 */
const ownFields: ReadonlySet<string> = new Set(
  'host content-length transfer-encoding authorization cookie forwarded x-real-ip'.split(' '),
);
const identityFields =
  /^(?:x-davgate-.*|x-forwarded-.*|(?:x-)?remote-(?:user|groups?|email|name)|x-auth-.*)$/;

/**
 * The head of the request to the child: end-to-end fields in the client's order and case, the identity and the secret.
 * @param bodySize bytes of a body that is already available; undefined: the header fields give the length
 * @throws Failure `malformed` for a target, a body length or a Destination that cannot be forwarded; `forbidden` for a
 *   user name that the Basic scheme cannot carry; `method-not-allowed` for TRACE and CONNECT, `unauthenticated` where
 *   nobody is named and the method does more than read
 */
export function upstreamHead(
  request: RequestHead,
  address: UpstreamAddress,
  bodySize?: number,
): UpstreamHead {
  if (refusedMethods.has(request.method)) {
    throw new Failure('method-not-allowed', `${request.method} is not allowed here.`);
  }
  const announced = framingOf(request.headers);
  const framing: Framing = bodySize === undefined ? announced : { kind: 'length', bytes: String(bodySize) };
  const origin = originAt(address);
  const headers = ['Host', origin.slice(`${address.scheme}://`.length)];
  for (const [name, value] of forwardable(request.headers)) {
    headers.push(name, atOrigin(origin, name, value));
  }
  if (request.username !== undefined) headers.push('Authorization', basicIdentity(request.username));
  else if (!reads(request.method))
    throw new Failure('unauthenticated', 'Only users can change anything here.');
  headers.push(secretHeader, address.secret);
  if (framing.kind === 'chunked') headers.push('Transfer-Encoding', 'chunked');
  else if (framing.kind === 'length') headers.push('Content-Length', framing.bytes);
  else if (!usuallyWithoutBody.has(request.method)) headers.push('Content-Length', '0');
  return { path: originForm(request.rawTarget), headers, framing };
}

function reads(name: string): boolean {
  const method = methodOf(name);
  return method !== undefined && isSvnRead(method);
}

/**
 * The fields of a head or a trailer section that may pass to the child.
 * @throws Failure `malformed` for several Destinations, and if Connection names a field that decisions depend on: this
 *   server has decided with it, and the child would decide without it
 */
export function forwardable(headers: HeaderList): HeaderList {
  for (const name of namedByConnection(headers) ?? []) {
    if (decides(name)) {
      throw new Failure('malformed', `The Connection header field must not name "${name}".`);
    }
  }
  let destinations = 0;
  const passing = endToEnd(headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (lower === 'destination') destinations += 1;
    const plain = lower.includes('_') ? lower.replace(/_/g, '-') : lower;
    return !ownFields.has(plain) && !identityFields.test(plain);
  });
  if (destinations > 1) {
    throw new Failure('malformed', 'The request must not have more than one Destination header field.');
  }
  return passing;
}

/** mod_dav compares the scheme, host and port in these fields with its own. */
function atOrigin(origin: string, name: string, value: string): string {
  if (name.length !== 'destination'.length && name.length !== 'if'.length) return value;
  switch (name.toLowerCase()) {
    case 'destination':
      return destinationAt(origin, value);
    case 'if':
      return ifAt(origin, value);
    default:
      return value;
  }
}

function basicIdentity(username: string): string {
  // eslint-disable-next-line no-control-regex
  if (username === '' || /[:\u0000-\u001f\u007f]/.test(username) || !username.isWellFormed()) {
    throw new Failure(
      'forbidden',
      'Subversion does not work with this user name, because it contains a colon or a control character.',
    );
  }
  return `Basic ${Buffer.from(`${username}:x`, 'utf8').toString('base64')}`;
}
