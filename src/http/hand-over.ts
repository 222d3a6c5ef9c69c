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
    const file = (root === '/' ? '' : root) + below;
    if (!isPlain(file)) return undefined;
    if (way === 'x-accel-redirect') return ['X-Accel-Redirect', encoded(base + below)];
    return isSameDecoded(file) ? ['X-Sendfile', asBytes(file)] : undefined;
  };
}

/** Whether a header field can carry a path: a link may lead to a name that no request can contain. */
function isPlain(path: string): boolean {
  return !/[\p{Cc}\ufffd]/u.test(path) && Buffer.from(path).toString() === path;
}

/** nginx decodes `%`, and takes a `?` for the beginning of a query. */
function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** mod_xsendfile 0.12 takes the field as it is, version 1.0 decodes it; the space around a field is lost. */
function isSameDecoded(path: string): boolean {
  return !path.includes('%') && !path.endsWith(' ');
}

/** A header field's characters are bytes (RFC 9110 section 5.5). */
function asBytes(path: string): string {
  return Buffer.from(path).toString('latin1');
}
