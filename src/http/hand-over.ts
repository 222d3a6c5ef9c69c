/** Where a file is on this machine, without links; what is there later may be another file. */
export interface FileLocation {
  /** The folder that the storage serves; absolute. */
  readonly root: string;
  /** The path below it, with a leading slash. */
  readonly below: string;
}

/** A header field with which a web server in front is told to send a file. */
type Field = readonly [name: string, value: string];

/** The field that hands a file over to the web server in front; undefined if it must not be handed over. */
export type HandOver = (location: FileLocation) => Field | undefined;

/** nginx opens a URL of its own, which leads to an internal location; Apache's mod_xsendfile opens a path. */
export type SendfileWay = 'x-accel-redirect' | 'x-sendfile';

/** Below this path, nginx has an internal location for each share that hands its files over. */
const internal = '/.davgate';

/** Hands files of a share over. @param share the share's path */
export function handOverBy(way: SendfileWay, share: string): HandOver {
  const base = share === '/' ? internal : internal + share;
  return ({ root, below }) => {
    if (!isSendable(root + below)) return undefined;
    return way === 'x-accel-redirect'
      ? ['X-Accel-Redirect', encoded(base + below)]
      : ['X-Sendfile', encoded((root === '/' ? '' : root) + below)];
  };
}

/** Whether a path means the same in a header field: a link may lead to a name that no request can contain. */
function isSendable(path: string): boolean {
  return !/[\p{Cc}\ufffd]/u.test(path) && path.isWellFormed();
}

/** Both servers decode `%`; nginx would also take a `?` for the beginning of a query. */
function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
