import type { XmlBounds } from '../../xml/strict-parser.js';

/** Limits on what a body may contain. docs/decisions/0018 lists the largest ones measured with svn itself. */
export interface BodyLimits extends XmlBounds {
  readonly allAttributes: number;
  /** Line ends and references: Apache stores the text between two of them separately. */
  readonly breaks: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** For requests that need no more: a PROPFIND of svn has 300 bytes. */
const small: BodyLimits = {
  size: 64 * KiB,
  depth: 64,
  elements: 4000,
  attributes: 64,
  namespaces: 200,
  allAttributes: 8000,
  breaks: 64 * KiB,
};

/**
 * Whatever an Apache with the default LimitXMLRequestBody of 1,000,000 bytes accepts is accepted here, for example
 * that many line ends.
 */
const defaultOfApache = 1_000_000;

/** As many paths as fit on a command line: the kernel takes 2 MiB of arguments. */
const list: BodyLimits = {
  ...small,
  size: 16 * MiB,
  depth: 16,
  elements: 250_000,
  allAttributes: 25_000,
  breaks: defaultOfApache,
};

/** A lock token for each of 80,000 paths. */
const tokens: BodyLimits = {
  ...small,
  size: 16 * MiB,
  depth: 16,
  elements: 300_000,
  allAttributes: 150_000,
  breaks: 600_000,
};

const values: BodyLimits = {
  ...small,
  size: 16 * MiB,
  elements: 10_000,
  allAttributes: 20_000,
  breaks: defaultOfApache,
};
const comment: BodyLimits = { ...small, size: 2 * MiB, breaks: defaultOfApache };

const update: BodyLimits = {
  ...small,
  size: 32 * MiB,
  depth: 16,
  elements: 250_000,
  allAttributes: 1_000_000,
  breaks: 1_250_000,
};

const byReport: ReadonlyMap<string, BodyLimits> = new Map([
  ['update-report', update],
  ['log-report', list],
  ['mergeinfo-report', list],
  ['get-locations', list],
]);

const byMethod: ReadonlyMap<string, BodyLimits> = new Map<string, BodyLimits>([
  ['MERGE', tokens],
  ['DELETE', tokens],
  ['PROPPATCH', values],
  ['LOCK', comment],
]);

/** Methods whose body, if there is one, is XML (RFC 4918, RFC 3253); Apache does not read the bodies of others. */
const withXml: ReadonlySet<string> = new Set(
  (
    'REPORT MERGE PROPFIND PROPPATCH LOCK OPTIONS CHECKOUT MKACTIVITY DELETE ' +
    'CHECKIN UNCHECKOUT VERSION-CONTROL UPDATE LABEL MKWORKSPACE BASELINE-CONTROL BIND SEARCH ACL'
  ).split(' '),
);

export function hasXmlBody(method: string): boolean {
  return withXml.has(method);
}

/** @param root the local name of the document's root element; undefined before it is known */
export function limitsOfXml(method: string, root: string | undefined): BodyLimits {
  if (method === 'REPORT') return (root === undefined ? undefined : byReport.get(root)) ?? small;
  return byMethod.get(method) ?? small;
}

/** Bytes of the skel that begins a commit; it contains the log message and other revision properties. */
export const mostOfSkel = 4 * MiB;

/** Bytes of a body that Apache does not read. */
export const mostOfOthers = 64 * KiB;

/** The most bytes of any body except a file's. */
export const mostOfAny = 32 * MiB;
