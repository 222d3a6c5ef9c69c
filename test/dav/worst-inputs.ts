import type { RequestHeaders } from '../../src/http/message.js';

/** A request made to keep a server busy, as large as it is asked for. */
export interface WorstInput {
  readonly what: string;
  readonly method: string;
  /** Bytes that it can have at most. */
  readonly limit: number;
  /** @param size bytes of the body, or of the header field */
  readonly make: (size: number) => { readonly headers: RequestHeaders; readonly body: string };
}

const xmlLimit = 1024 * 1024;
const headerLimit = 256 * 1024;

/** So many times `part` as there is room for between `head` and `tail`. */
function filled(
  size: number,
  head: string,
  part: string | ((index: number) => string),
  tail: string,
): string {
  const parts: string[] = [];
  let left = size - head.length - tail.length;
  for (let index = 0; ; index += 1) {
    const next = typeof part === 'string' ? part : part(index);
    if ((left -= next.length) < 0) return head + parts.join('') + tail;
    parts.push(next);
  }
}

const body = (
  what: string,
  method: string,
  text: (size: number) => string,
  headers: RequestHeaders = { depth: '1' },
): WorstInput => ({
  what: `${method}: ${what}`,
  method,
  limit: xmlLimit,
  make: (size) => ({ headers, body: text(size) }),
});

const propfind = (what: string, head: string, part: string | ((index: number) => string), tail: string) =>
  body(what, 'PROPFIND', (size) =>
    filled(size, `<D:propfind xmlns:D="DAV:">${head}`, part, `${tail}</D:propfind>`),
  );

const proppatch = (what: string, head: string, part: string | ((index: number) => string), tail: string) =>
  body(what, 'PROPPATCH', (size) =>
    filled(
      size,
      `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>${head}`,
      part,
      `${tail}</D:prop></D:set></D:propertyupdate>`,
    ),
  );

const lock = (what: string, make: (size: number) => string) =>
  body(
    what,
    'LOCK',
    (size) =>
      `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype>${make(size)}</D:lockinfo>`,
    { depth: '0' },
  );

const field = (name: string, method: string, what: string, text: (size: number) => string): WorstInput => ({
  what: `${name}: ${what}`,
  method,
  limit: headerLimit,
  make: (size) => ({ headers: { depth: '1', [name.toLowerCase()]: text(size) }, body: '' }),
});

/** Elements in each other, each with namespaces of its own that it uses. */
function nested(size: number): string {
  const level = (depth: number): string =>
    Array.from(
      { length: 30 },
      (_, index) => ` xmlns:n${depth}x${index}="u:${index}" n${depth}x${index}:a=""`,
    ).join('');
  const levels = Math.min(33, Math.max(1, Math.floor(size / (30 * 30 + 5))));
  let inside = '<a xmlns="x:"/>'.repeat(Math.min(9000, Math.max(0, size - levels * 30 * 30) / 15));
  for (let depth = levels; depth > 0; depth -= 1) inside = `<a${level(depth)}>${inside}</a>`;
  return inside;
}

/** The bodies and header fields that cost most of their kind. */
export const worstInputs: readonly WorstInput[] = [
  propfind('names', '<D:prop>', (index) => `<p${index}/>`, '</D:prop>'),
  propfind('one name', '<D:prop>', '<a/>', '</D:prop>'),
  propfind('names of namespaces', '<D:prop>', (index) => `<x:p xmlns:x="urn:${index}"/>`, '</D:prop>'),
  body('one long namespace, used often', 'PROPFIND', (size) =>
    filled(
      size,
      `<D:propfind xmlns:D="DAV:" xmlns:x="urn:${'n'.repeat(size / 2)}"><D:prop>`,
      (index) => `<x:p${index}/>`,
      '</D:prop></D:propfind>',
    ),
  ),
  propfind('attributes', '<D:prop', (index) => ` a${index}="${index}"`, '/>'),
  propfind('a long attribute', '<D:prop a="', '&amp;', '"/>'),
  propfind('text', '<D:prop/>', 'text ', ''),
  propfind('character references', '<D:prop/>', '&#x26;', ''),
  propfind('comments', '<D:prop/>', '<!---->', ''),
  propfind('processing instructions', '<D:prop/>', '<?a?>', ''),
  propfind('CDATA', '<D:prop/>', '<![CDATA[]]>', ''),
  propfind('unknown elements', '<D:prop/>', '<a></a>', ''),
  body('depth', 'PROPFIND', (size) => {
    const levels = Math.min(60, Math.floor(size / 7));
    return `<D:propfind xmlns:D="DAV:">${'<a>'.repeat(levels)}${'x'.repeat(size)}${'</a>'.repeat(levels)}</D:propfind>`;
  }),
  body('depth without end', 'PROPFIND', (size) => '<a>'.repeat(size / 3)),
  proppatch('properties', '', (index) => `<p${index} xmlns="x:">value</p${index}>`, ''),
  proppatch('one property, many elements', '<p xmlns="x:">', '<a/>', '</p>'),
  proppatch('a long value', '<p xmlns="x:">', '&lt;text ', '</p>'),
  body('one long namespace, used often', 'PROPPATCH', (size) =>
    filled(
      size,
      `<D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:${'n'.repeat(size / 2)}"><D:set><D:prop><p xmlns="x:">`,
      '<x:a/>',
      '</p></D:prop></D:set></D:propertyupdate>',
    ),
  ),
  proppatch('namespaces in each other', nested(64 * 1024), (index) => `<p${index} xmlns="x:"/>`, ''),
  lock('an owner of namespaces in each other', (size) => `<D:owner>${nested(size)}</D:owner>`),
  lock('a long owner', (size) => `<D:owner>${'&lt;owner '.repeat(size / 10)}</D:owner>`),
  lock('scopes', (size) => filled(size, '<D:lockscope>', '<D:shared/>', '</D:lockscope>')),
  body(
    'sets',
    'MKCOL',
    (size) =>
      filled(
        size,
        '<D:mkcol xmlns:D="DAV:">',
        '<D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:set>',
        '</D:mkcol>',
      ),
    { 'content-type': 'application/xml', 'content-length': '1' },
  ),
  field('If', 'PUT', 'conditions', (size) => filled(size, '', '(<a:b>)', '')),
  field('If', 'PUT', 'tagged lists', (size) => filled(size, '', (index) => `</docs/${index}> (<a:b>)`, '')),
  field('If', 'PUT', 'spaces', (size) => filled(size, '(<a:b>', ' ', '[')),
  field('Prefer', 'PROPFIND', 'spaces after a name', (size) => filled(size, 'a=', ' ', '"')),
  field('Prefer', 'PROPFIND', 'quotation marks', (size) => filled(size, '', '"",', '"')),
  field('Prefer', 'PROPFIND', 'preferences', (size) => filled(size, '', (index) => `p${index}=1,`, '')),
  field('Range', 'GET', 'parts', (size) =>
    filled(size, 'bytes=', (index) => `${index * 2}-${index * 2},`, ''),
  ),
  field('If-None-Match', 'GET', 'tags', (size) => filled(size, '', '"a",', '')),
  field('If-Modified-Since', 'GET', 'a date', (size) => filled(size, 'Thu, ', '0', '')),
  field('Timeout', 'LOCK', 'values', (size) => filled(size, '', 'a,', '')),
  field('Lock-Token', 'UNLOCK', 'a token', (size) => filled(size, '<', 'a:', '')),
  field('Overwrite', 'COPY', 'spaces', (size) => filled(size, '', ' ', 'x')),
  field('Depth', 'PROPFIND', 'spaces', (size) => filled(size, '', ' ', 'x')),
];
