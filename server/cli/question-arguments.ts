import { parseArgs } from 'node:util';
import { parseUsername } from '../../src/credentials/username.js';
import { hasDestination } from '../../src/access/required-access.js';
import { isFailure } from '../../src/failure.js';
import { parseDestination } from '../../src/http/destination.js';
import { methodOf, type Method } from '../../src/http/method.js';
import { parseTarget, type ServerPath } from '../../src/http/target.js';
import { BadUsage } from './answering.js';

export interface ExplainArguments {
  readonly username: string;
  readonly method: Method;
  readonly path: ServerPath;
  readonly destination?: ServerPath;
  readonly file: string;
}

export interface WhoArguments {
  readonly path: ServerPath;
  readonly file: string;
}

/** `USER METHOD URL [--destination URL] [FILE]`. @throws BadUsage */
export function parseExplain(args: readonly string[]): ExplainArguments {
  const { positionals, destination: field } = parse(args);
  const [user, name, url, file = 'shares.json', ...rest] = positionals;
  if (user === undefined || name === undefined || url === undefined || rest.length > 0) {
    throw new BadUsage('usage: davgate explain USER METHOD URL [--destination URL] [FILE]');
  }
  const method = methodOf(name.toUpperCase());
  if (method === undefined) throw new BadUsage(`"${name}" is not an HTTP method.`);
  if (field === undefined && hasDestination(method)) {
    throw new BadUsage(`${method} needs --destination, the URL that it leads to.`);
  }
  if (field !== undefined && !hasDestination(method)) {
    throw new BadUsage(`${method} has no destination; COPY and MOVE have.`);
  }
  const destination = field === undefined ? undefined : destinationOf(field, url);
  return {
    username: usernameOf(user),
    method,
    path: pathOf(url),
    ...(destination === undefined ? {} : { destination }),
    file,
  };
}

/** `URL [FILE]`. @throws BadUsage */
export function parseWho(args: readonly string[]): WhoArguments {
  const { positionals, destination } = parse(args);
  const [url, file = 'shares.json', ...rest] = positionals;
  if (url === undefined || rest.length > 0 || destination !== undefined) {
    throw new BadUsage('usage: davgate who URL [FILE]');
  }
  return { path: pathOf(url), file };
}

function parse(args: readonly string[]): {
  readonly positionals: readonly string[];
  readonly destination: string | undefined;
} {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { destination: { type: 'string' } },
    });
    return { positionals, destination: values.destination };
  } catch (error) {
    // What Node adds about dashes is of no help here.
    const [complaint = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/, 1);
    throw new BadUsage(`${complaint}.`);
  }
}

/** As it was given: whose name it is, in which spelling, is looked up as at a login. */
function usernameOf(raw: string): string {
  if (parseUsername(raw) !== undefined) return raw;
  throw new BadUsage(
    raw === '' ? 'A user name is not empty.' : 'A user name has at most 254 characters; this one is longer.',
  );
}

function pathOf(url: string): ServerPath {
  return understood(url, () => parseTarget(url).path);
}

/** A destination that names a server must name that of `url`, where that names one. */
function destinationOf(field: string, url: string): ServerPath {
  const authority = authorityOf(url) ?? authorityOf(field);
  return understood(field, () => parseDestination(field, authority).path);
}

function authorityOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
}

function understood<T>(url: string, parseUrl: () => T): T {
  try {
    return parseUrl();
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new BadUsage(`"${url}" is no URL that davgate takes: ${error.message}`);
  }
}
