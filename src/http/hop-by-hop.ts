import type { HeaderList } from './message.js';

/** Fields that concern one connection only (RFC 9110 section 7.6.1), and older ones still in use. */
const connectionFields: ReadonlySet<string> = new Set(
  (
    'connection keep-alive proxy-connection te trailer transfer-encoding upgrade proxy-authenticate ' +
    'proxy-authorization expect'
  ).split(' '),
);

const nothing: ReadonlySet<string> = new Set();

/** Splits the flat name, value, name, value … list in Node's `rawHeaders`. */
export function pairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    list.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return list;
}

/**
 * The fields that may pass a proxy: without the connection's own fields and those that a Connection field names,
 * except those in `kept` (lower case), so that a client cannot remove what the proxy itself relies on
 * (CVE-2022-31813).
 */
export function endToEnd(headers: HeaderList, kept: ReadonlySet<string> = nothing): HeaderList {
  const named = namedByConnection(headers);
  return headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !connectionFields.has(lower) && (named?.has(lower) !== true || kept.has(lower));
  });
}

/** The names in the Connection fields, in lower case. */
export function namedByConnection(headers: HeaderList): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (const [name, value] of headers) {
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    named ??= new Set();
    for (const option of value.split(',')) named.add(option.trim().toLowerCase());
  }
  return named;
}
