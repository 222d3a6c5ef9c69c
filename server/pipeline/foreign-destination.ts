import { Failure, isFailure } from '../../src/failure.js';

/** What a Destination was compared with. */
export interface Compared {
  /** The header field, as the client sent it. */
  readonly destination: string | undefined;
  readonly host: string | undefined;
  /** As it is declared. */
  readonly publicOrigin: string | undefined;
  /** This server as the client addresses it, as far as that is known. */
  readonly authority: string | undefined;
  /** Whether the other end of the connection is a trusted proxy, and what it said. */
  readonly throughProxy: boolean;
  readonly forwardedHost: string | undefined;
}

/** Characters of each field that are written down. */
const longest = 300;

/**
 * A Destination that lies on another server is most often one that a proxy in front has made foreign: for the log, what
 * it was compared with and which setting may be amiss. The client is told nothing of it.
 * @returns what to throw instead of `error`
 */
export function explainedDestination(error: unknown, compared: () => Compared): unknown {
  if (!isFailure(error, 'foreign-destination')) return error;
  return new Failure(error.kind, error.message, { advice: adviceOn(compared()) });
}

function adviceOn(compared: Compared): string {
  const { destination, host, publicOrigin, authority, throughProxy, forwardedHost } = compared;
  const remedy =
    publicOrigin === undefined
      ? 'if clients reach davgate through a proxy, declare "publicOrigin" as they write it, or have the proxy keep Host; ' +
        '"trustedProxies" makes its X-Forwarded-Host and -Proto count'
      : '"publicOrigin" must be what clients write, with the scheme and any port';
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
