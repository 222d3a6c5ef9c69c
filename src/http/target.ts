import { Failure } from '../failure.js';

declare const serverPath: unique symbol;
declare const sharePath: unique symbol;

/**
 * A path on this server: decoded once, absolute, without empty or dot segments and without a trailing slash (except
 * the root itself, `/`).
 */
export type ServerPath = string & { readonly [serverPath]: true };

/** A path inside a share, in the same form; `/` is the share's own root. */
export type SharePath = string & { readonly [sharePath]: true };

/** A parsed request target (RFC 9112 section 3.2). */
export interface Target {
  readonly path: ServerPath;
  /** Whether the client wrote a trailing slash. */
  readonly collection: boolean;
  /** The part after the first `?`, still encoded; empty if there is none. */
  readonly query: string;
}

/** The longest decoded path that is accepted, in UTF-16 code units (Linux's PATH_MAX is 4096 bytes). */
const maximumPathLength = 4096;

/** The most segments of a path inside a share: file systems and stores look up each of them and everything above it. */
const maximumSegments = 256;

/** The most segments of a path on the server: enough for the deepest path in a share, plus the share's own path. */
const maximumServerSegments = maximumSegments + 16;

const absoluteForm = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
// Excludes C0 control characters and DEL, which XML and header fields cannot contain, and backslashes, which Windows
// takes for slashes.
const forbiddenCharacters = /[^ -[\]-~\u0080-\uffff]/;
const nul = /\0/;
/** An empty segment, or a dot segment. */
const abnormalSegment = /\/\.{0,2}(?:\/|$)/;

/**
 * Which names a path may contain: those that a file can have on every system, or those that can be sent to Subversion,
 * which allows backslashes and refuses control characters with its own message.
 */
export type NameRule = 'portable' | 'subversion';

function isServerPath(path: string): path is ServerPath {
  return isNormal(path);
}

function isSharePath(path: string): path is SharePath {
  return isNormal(path);
}

function isNormal(path: string): boolean {
  return path === '/' || (path.startsWith('/') && !abnormalSegment.test(path));
}

/**
 * Parses a request target in origin form or absolute form.
 * @throws Failure `malformed` for bad escapes, invalid UTF-8, encoded slashes, backslashes, control characters, dot
 *   segments; `name-too-long` for a path of more than 4,096 characters or 272 segments.
 */
export function parseTarget(raw: string, names: NameRule = 'portable'): Target {
  if (!/^[!-~]+$/.test(raw)) throw new Failure('malformed', 'The request target must be printable ASCII.');
  const origin = raw.startsWith('/') ? raw : raw.replace(absoluteForm, '');
  const questionMark = origin.indexOf('?');
  const encoded = questionMark === -1 ? origin : origin.slice(0, questionMark);
  const query = questionMark === -1 ? '' : origin.slice(questionMark + 1);
  if (encoded === '' && origin !== raw) return { path: rootPath, collection: true, query };
  if (!encoded.startsWith('/'))
    throw new Failure('malformed', 'The request target must be an absolute path.');
  if (encoded.includes('#'))
    throw new Failure('malformed', 'The request target must not contain a fragment.');
  const decoded = decodePath(encoded);
  const path = serverPathOf(decoded, names);
  return { path, collection: decoded.endsWith('/'), query };
}

function decodePath(encoded: string): string {
  if (!encoded.includes('%')) return encoded;
  if (/%2f/i.test(encoded)) throw new Failure('malformed', 'The path must not contain an encoded slash.');
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw new Failure('malformed', 'The path is not percent-encoded UTF-8.', { cause });
  }
}

/**
 * Checks a decoded path, and removes empty segments and a trailing slash.
 * @throws Failure as {@link parseTarget}
 */
export function serverPathOf(decoded: string, names: NameRule = 'portable'): ServerPath {
  if (decoded.length > maximumPathLength) throw tooLong();
  if ((names === 'subversion' ? nul : forbiddenCharacters).test(decoded)) {
    throw new Failure('malformed', 'The path must not contain a backslash or a control character.');
  }
  const collapsed = decoded.replace(/\/{2,}/g, '/');
  const path = collapsed.length > 1 && collapsed.endsWith('/') ? collapsed.slice(0, -1) : collapsed;
  if (!isServerPath(path)) throw new Failure('malformed', 'The path must not contain `.` or `..` segments.');
  if (!isShort(path, maximumServerSegments)) throw tooLong();
  return path;
}

function tooLong(): Failure {
  return new Failure('name-too-long', 'The path is too long.');
}

function isShort(path: string, mostSegments: number): boolean {
  if (path.length > maximumPathLength) return false;
  // Each segment has at least a slash and a letter.
  if (path.length <= 2 * mostSegments) return true;
  let segments = 0;
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) segments += 1;
  return segments <= mostSegments;
}

export const rootPath = serverPathOf('/');

export const shareRoot: SharePath = sharePathOf('/');

function sharePathOf(path: string): SharePath {
  if (!isSharePath(path)) throw new Failure('internal', 'A path was not normal.');
  return path;
}

/** A path on the server as a path inside a share at the server's root. */
export function pathBelowRoot(path: ServerPath): SharePath {
  return sharePathOf(path);
}

/** The part of `path` below `base`; undefined if it is elsewhere. `/ab` is not below `/a`. */
export function within(base: ServerPath, path: ServerPath): SharePath | undefined {
  const rest = base === '/' ? path : path.startsWith(base) ? path.slice(base.length) : undefined;
  if (rest === undefined) return undefined;
  const inside = rest === '' ? '/' : rest;
  return isSharePath(inside) ? inside : undefined;
}

/** The path on the server of `path` inside the share at `base`. */
export function join(base: ServerPath, path: SharePath): ServerPath {
  if (path === '/') return base;
  const joined = base === '/' ? path : base + path;
  if (!isServerPathShallow(joined)) throw tooLong();
  return joined;
}

// Only `join` calls this, with two normal paths joined.
function isServerPathShallow(path: string): path is ServerPath {
  return isShort(path, maximumServerSegments);
}

/**
 * The member `name` of the collection `parent`; undefined if `name` cannot be a path segment, or the path would be too
 * deep.
 */
export function child(parent: SharePath, name: string): SharePath | undefined {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || forbiddenCharacters.test(name)) {
    return undefined;
  }
  const path = parent === '/' ? `/${name}` : `${parent}/${name}`;
  return isSharePathShallow(path) ? path : undefined;
}

// Only `child` calls this, after checking the one new segment.
function isSharePathShallow(path: string): path is SharePath {
  return isShort(path, maximumSegments);
}

/** The collection that contains `path`; the root is its own parent. */
export function parentOf(path: SharePath): SharePath {
  const slash = path.lastIndexOf('/');
  const parent = slash <= 0 ? '/' : path.slice(0, slash);
  if (!isSharePath(parent)) throw new Failure('internal', 'A path had no parent.');
  return parent;
}

/** The last segment of `path`; empty for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` is `ancestor` itself or lies below it. */
export function isSameOrBelow(ancestor: string, path: string): boolean {
  return path === ancestor || path.startsWith(ancestor === '/' ? '/' : `${ancestor}/`);
}

/**
 * `path` in the form of an href (RFC 3986 section 3.3): each segment percent-encoded with uppercase hex digits, with a
 * trailing slash for a collection (RFC 4918 section 5.2).
 */
export function hrefOf(path: string, collection: boolean): string {
  const encoded = encodePath(path);
  return collection && !encoded.endsWith('/') ? `${encoded}/` : encoded;
}

const plain = /^[A-Za-z0-9\-._~/]*$/;

/** Percent-encodes everything except unreserved characters and slashes; lone surrogates become U+FFFD. */
export function encodePath(path: string): string {
  if (plain.test(path)) return path;
  const encoded = encodeURIComponent(path.toWellFormed());
  if (!/%2F|[!'()*]/.test(encoded)) return encoded;
  return encoded
    .replace(/%2F/g, '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
