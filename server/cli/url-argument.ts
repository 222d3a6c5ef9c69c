import { isFailure } from '../../src/failure.js';
import { parseDestination } from '../../src/http/destination.js';
import { parseTarget, type ServerPath } from '../../src/http/target.js';
import { argument, UsageError } from './command.js';

interface GivenUrl {
  readonly path: ServerPath;
  /** The host and port; undefined if only a path is given. */
  readonly authority: string | undefined;
}

export const urlArgument = argument(
  'URL',
  'a percent-encoded URL of this server, or its path alone',
  (url): GivenUrl => ({
    path: understood(url, () => parseTarget(url).path),
    authority: authorityOf(url),
  }),
);

/**
 * Reads the URL of a destination. If it and `from` both name a server, they must name the same one.
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
