import { Failure } from '../failure.js';
import type { HeaderList } from '../http/message.js';
import { pathOfUrl } from './bodies/canonical-path.js';

const reading = 'OPTIONS GET HEAD PROPFIND REPORT';
const inTransaction = `${reading} PUT MKCOL DELETE COPY MOVE PROPPATCH`;

/**
 * What svn's clients, with HTTP v1 and v2, do with the resources below `!svn` (subversion/mod_dav_svn/repos.c,
 * special_subdirs). Other methods there lead mod_dav_svn to places without a path or a transaction, and it crashes.
 */
const methods: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    me: `${reading} POST`,
    rev: `${reading} PROPPATCH`,
    rvr: `${reading} COPY`,
    txn: 'OPTIONS DELETE PROPPATCH',
    vtxn: 'OPTIONS DELETE PROPPATCH',
    txr: inTransaction,
    vtxr: inTransaction,
    vcc: `${reading} CHECKOUT`,
    bln: `${reading} PROPPATCH CHECKOUT`,
    bc: `${reading} COPY`,
    ver: `${reading} COPY CHECKOUT`,
    act: `${reading} MKACTIVITY DELETE`,
    wrk: inTransaction,
    wbl: 'PROPPATCH',
  }).map(([kind, names]) => [kind, new Set(names.split(' '))]),
);
const ofOthers: ReadonlySet<string> = new Set(reading.split(' '));

/** A place in a repository: the decoded path from the repository's root. */
interface SvnRequest {
  readonly method: string;
  readonly path: string;
  /** The target of COPY and MOVE, if it is in the same repository. */
  readonly destination?: string | undefined;
  readonly headers: HeaderList;
}

/**
 * Refuses what no svn client requests and mod_dav_svn cannot handle.
 * @throws Failure `method-not-allowed` for a method that the place does not support; `malformed` for header fields
 */
export function checkSpecial({ method, path, destination, headers }: SvnRequest): void {
  const kind = specialKind(path);
  const known = kind === undefined || (methods.get(kind) ?? ofOthers).has(method);
  const target = destination === undefined ? undefined : specialKind(destination);
  if (!known || (target !== undefined && methods.get(target)?.has('PUT') !== true)) {
    throw new Failure('method-not-allowed', `Subversion does not support ${method} on this resource.`);
  }
  for (const [name, value] of headers) {
    if (name.length === deltaBase.length && name.toLowerCase() === deltaBase) checkBase(value);
  }
}

/** The resource against which a GET asks for a delta (svn_dav.h, SVN_DAV_DELTA_BASE_HEADER). */
const deltaBase = 'x-svn-vr-base';

function checkBase(value: string): void {
  if (pathOfUrl(value.trim()) !== undefined) return;
  throw new Failure('malformed', 'The X-SVN-VR-Base header field does not name a path of this server.');
}

/** The name of the resource's kind; empty for `!svn` itself; undefined for a path in the tree. */
function specialKind(path: string): string | undefined {
  const [, first, kind = ''] = path.split('/', 3);
  return first === '!svn' ? kind : undefined;
}
