import type { RequestHeaders } from '../src/http/message.js';

/** Node joins what may be repeated; the one field that it keeps as a list, Set-Cookie, has no place in a request. */
export function headersOf(headers: NodeJS.Dict<string | string[]>): RequestHeaders {
  const joined: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers))
    joined[name] = Array.isArray(value) ? value.join(', ') : value;
  return joined;
}
