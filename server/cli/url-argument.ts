import { isFailure } from '../../src/failure.js';
import { parseDestination } from '../../src/http/destination.js';
import { parseTarget, type ServerPath } from '../../src/http/target.js';
import { argument, UsageError } from './command.js';

/** A URL of a person's, or a path on the server. */
export interface GivenUrl {
  readonly path: ServerPath;
  /** The host and port; undefined for a path alone. */
  readonly authority: string | undefined;
}

export const urlArgument = argument(
  'URL',
  'a percent-encoded URL of this server, or only its path',
  (url): GivenUrl => ({
    path: understood(url, () => parseTarget(url).path),
    authority: authorityOf(url),
  }),
);

/**
 * Reads the URL of a destination. One that names a server must name that of `from`, where that names one.
 * @throws UsageError
 */
export function destinationPath(destination: string, from: GivenUrl): ServerPath {
  const authority = from.authority ?? authorityOf(destination);
  return understood(destination, () => parseDestination(destination, authority).path);
}

function authorityOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
}

function understood<T>(url: string, parseUrl: () => T): T {
  try {
    return parseUrl();
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new UsageError(`"${url}" is not a URL that davgate accepts: ${error.message}`);
  }
}
