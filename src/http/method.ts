/**
 * The methods that Node's HTTP parser accepts: those of RFC 9110, WebDAV and its extensions, and a few that this
 * server never serves.
 */
const methods = [
  'ACL',
  'BIND',
  'CHECKOUT',
  'CONNECT',
  'COPY',
  'DELETE',
  'GET',
  'HEAD',
  'LINK',
  'LOCK',
  'M-SEARCH',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MOVE',
  'NOTIFY',
  'OPTIONS',
  'PATCH',
  'POST',
  'PROPFIND',
  'PROPPATCH',
  'PURGE',
  'PUT',
  'QUERY',
  'REBIND',
  'REPORT',
  'SEARCH',
  'SOURCE',
  'SUBSCRIBE',
  'TRACE',
  'UNBIND',
  'UNLINK',
  'UNLOCK',
  'UNSUBSCRIBE',
] as const;

export type Method = (typeof methods)[number];

const known: ReadonlyMap<string, Method> = new Map(methods.map((method) => [method, method]));

/** @returns undefined for a method that no request can have */
export function methodOf(text: string | undefined): Method | undefined {
  return text === undefined ? undefined : known.get(text);
}
