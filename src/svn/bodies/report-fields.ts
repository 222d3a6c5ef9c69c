import { isFspath, isRelpath, pathOfUrl } from './canonical-path.js';

/** What a text in a body must be. */
export type FieldKind =
  /** A path below the requested one. */
  | 'relpath'
  /** The same; a path from the root of the repository is allowed too, because Subversion removes its slash. */
  | 'path'
  /** A path from the root of the repository. */
  | 'fspath'
  /** A URL of this server, or its path. */
  | 'url'
  /** A revision number, or -1 for none. */
  | 'revision'
  | 'number'
  | 'depth';

/** What is known about a REPORT (subversion/mod_dav_svn/reports). */
export interface ReportFields {
  /** The elements below the root, in the namespace `svn:`. */
  readonly elements: Readonly<Record<string, FieldKind>>;
  /** Attributes of elements below the root, whatever their namespace. */
  readonly attributes?: Readonly<Record<string, Readonly<Record<string, FieldKind>>>>;
  readonly own?: Readonly<Record<string, FieldKind>>;
  /** Whether it is about one path, which the user may not be allowed to read. */
  readonly onePath?: true;
}

const peg = { path: 'path', 'peg-revision': 'revision' } as const;
const start = { 'start-revision': 'revision' } as const;
const end = { 'end-revision': 'revision' } as const;

const byName: Readonly<Record<string, ReportFields>> = {
  'update-report': {
    elements: {
      'src-path': 'url',
      'dst-path': 'url',
      'update-target': 'relpath',
      'target-revision': 'revision',
      depth: 'depth',
      entry: 'relpath',
      missing: 'relpath',
    },
    attributes: { entry: { rev: 'revision', depth: 'depth', linkpath: 'fspath' } },
  },
  'log-report': { elements: { ...start, ...end, limit: 'number', path: 'path' } },
  'get-locations': { elements: { ...peg, 'location-revision': 'revision' }, onePath: true },
  'get-location-segments': { elements: { ...peg, ...start, ...end }, onePath: true },
  'file-revs-report': { elements: { path: 'path', ...start, ...end }, onePath: true },
  'get-locks-report': { elements: {}, own: { depth: 'depth' } },
  'replay-report': {
    elements: {
      'include-path': 'path',
      revision: 'revision',
      'low-water-mark': 'revision',
      'send-deltas': 'number',
    },
  },
  'mergeinfo-report': { elements: { path: 'path', revision: 'revision' } },
  'get-deleted-rev-report': { elements: { ...peg, ...end }, onePath: true },
  'inherited-props-report': { elements: { path: 'relpath', revision: 'revision' }, onePath: true },
  'list-report': { elements: { path: 'path', revision: 'revision', depth: 'depth' }, onePath: true },
};

/**
 * The reports of mod_dav_svn. What is not listed passes: Subversion ignores elements that it does not know, and
 * clients newer than this list may send some.
 */
export const reports: ReadonlyMap<string, ReportFields> = new Map(Object.entries(byName));

const depths: ReadonlySet<string> = new Set('unknown exclude empty files immediates infinity'.split(' '));
/** Subversion's revision numbers have the C type `long`; those of a repository never come near the limit of 32 bits. */
const largest = 2_147_483_647;

/** Whether a text is of a kind. Subversion ignores white space around numbers and words. */
export function isOfKind(kind: FieldKind, text: string): boolean {
  switch (kind) {
    case 'relpath':
      return isRelpath(text);
    case 'path':
      return isRelpath(text) || isFspath(text);
    case 'fspath':
      return isFspath(text);
    case 'url':
      return isOwnUrl(text);
    case 'revision':
      return text.trim() === '-1' || isNumber(text.trim());
    case 'number':
      return isNumber(text.trim());
    case 'depth':
      return depths.has(text.trim());
  }
}

function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= largest;
}

/** mod_dav_svn finds no path of the repository in the URL of an activity, and goes on without one. */
function isOwnUrl(text: string): boolean {
  const path = pathOfUrl(text);
  return path !== undefined && !path.includes('/!svn/act/');
}
