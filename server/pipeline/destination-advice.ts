import { Failure, isFailure } from '../../src/failure.js';

/** The values that a Destination was compared with. */
interface Compared {
  /** The header field, as the client sent it. */
  readonly destination: string | undefined;
  readonly host: string | undefined;
  /** As declared. */
  readonly publicOrigin: string | undefined;
  /** The host and port that the client uses for this server, if known. */
  readonly authority: string | undefined;
  /** Whether the peer is a trusted proxy, and the fields that it sent. */
  readonly throughProxy: boolean;
  readonly forwardedHost: string | undefined;
}

/** The most characters of each field to log. */
const longest = 300;

/**
 * Explains a Destination on another server for the log: the values it was compared with, and the setting that may be
 * wrong. Usually a proxy in front changed the Host header field. The client does not see this.
 * @returns the error to throw instead of `error`
 */
export function explainedDestination(error: unknown, compared: () => Compared): unknown {
  if (!isFailure(error, 'foreign-destination')) return error;
  return new Failure(error.kind, error.message, { advice: adviceOn(compared()) });
}

function adviceOn(compared: Compared): string {
  const { destination, host, publicOrigin, authority, throughProxy, forwardedHost } = compared;
  const remedy =
    publicOrigin === undefined
      ? 'if clients reach davgate through a proxy, declare the origin that they use as "publicOrigin", or configure the proxy to keep Host; ' +
        '"trustedProxies" makes davgate use its X-Forwarded-Host and X-Forwarded-Proto'
      : '"publicOrigin" must be the origin that clients use, with the scheme and any port';
  return (
    `The Destination ${quoted(destination)} was compared with Host ${quoted(host)} and ` +
    (publicOrigin === undefined
      ? `${authority === undefined ? 'no other name' : quoted(authority)} ("publicOrigin" is not declared; the connection is ` +
        `${throughProxy ? '' : 'not '}from one of "trustedProxies"; X-Forwarded-Host is ${quoted(forwardedHost)})`
      : `"publicOrigin" ${quoted(publicOrigin)}`) +
    `: ${remedy}.`
  );
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'missing' : JSON.stringify(text.slice(0, longest));
}
