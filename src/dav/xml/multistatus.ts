import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { statusOf } from '../../failure.js';
import type { HeaderList, HttpResponse } from '../../http/message.js';
import { escapeText, escapeAttribute } from '../../xml/escape.js';
import type { ClarkName } from '../properties/property-store.js';
import { DAV, fromClarkName } from '../../xml/element.js';

const declaration = '<?xml version="1.0" encoding="utf-8"?>\n';
const head = `${declaration}<D:multistatus xmlns:D="DAV:">`;
const tail = '</D:multistatus>\n';
const contentType = ['Content-Type', 'application/xml; charset=utf-8'] as const;

/** Characters to gather before a body is streamed instead of sent whole; also the size of each piece of a stream. */
const pieceCharacters = 64 * 1024;

/** A status line for `status` elements (RFC 4918 section 14.28). */
export function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
}

/** The element of a precondition or postcondition (RFC 4918 section 16), with the resources concerned. */
export function conditionElement(condition: string, hrefs: readonly string[] = []): string {
  if (hrefs.length === 0) return `<D:${condition}/>`;
  const named = hrefs.map((href) => `<D:href>${escapeText(href)}</D:href>`).join('');
  return `<D:${condition}>${named}</D:${condition}>`;
}

/**
 * A response element with the status of one member.
 * @param sentence for a person (RFC 4918 section 14.25); empty: none
 */
export function memberStatus(
  href: string,
  status: number,
  condition?: string,
  hrefs: readonly string[] = [],
  sentence = '',
): string {
  const description =
    sentence === '' ? '' : `<D:responsedescription>${escapeText(sentence)}</D:responsedescription>`;
  const error = condition === undefined ? '' : `<D:error>${conditionElement(condition, hrefs)}</D:error>`;
  return `<D:response><D:href>${escapeText(href)}</D:href><D:status>${statusLine(status)}</D:status>${error}${description}</D:response>`;
}

/**
 * A 207 answer (RFC 4918 section 13) from `responses`, an iterable of response elements in pieces. A short answer is
 * sent whole with its length; a long one is streamed as it is produced.
 */
export async function multistatus(responses: AsyncIterable<string>): Promise<HttpResponse> {
  const source = responses[Symbol.asyncIterator]();
  let text = head;
  for (;;) {
    const next = await source.next();
    if (next.done === true) return whole(text + tail);
    text += next.value;
    if (text.length > pieceCharacters) return streamed(text, source);
  }
}

/** The same for responses that are all available. */
export function multistatusOf(responses: readonly string[]): HttpResponse {
  return whole(head + responses.join('') + tail);
}

export function elementResponse(status: number, element: string, headers: HeaderList = []): HttpResponse {
  return whole(`${declaration}${element}\n`, status, headers);
}

function whole(text: string, status = 207, headers: HeaderList = []): HttpResponse {
  const body = Buffer.from(text);
  return { status, headers: [contentType, ['Content-Length', String(body.length)], ...headers], body };
}

function streamed(first: string, rest: AsyncIterator<string>): HttpResponse {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    let text = first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      if (text.length >= pieceCharacters) {
        yield Buffer.from(text);
        text = '';
      }
      text += next.value;
    }
    yield Buffer.from(text + tail);
  };
  const body = Readable.from(chunks(), { objectMode: false, highWaterMark: 256 * 1024 });
  // Not in `chunks` itself, whose body never runs if the answer is dropped before it is read.
  body.once('close', () => {
    rest.return?.().catch(() => undefined);
  });
  return { status: 207, headers: [contentType], body };
}

/**
 * The propstat elements of a change of properties, all or none: 200 for each or, if any is refused, 403 with the
 * preconditions for those and 424 for the others.
 * @param refused the preconditions, by the properties that do not meet them
 */
export function changeStatuses(
  names: ReadonlySet<ClarkName>,
  refused: ReadonlyMap<ClarkName, string>,
): string {
  if (refused.size === 0) return propertyStatus(200, [...names]);
  const refusals = [...new Set(refused.values())].map((condition) => {
    const concerned = [...refused.keys()].filter((name) => refused.get(name) === condition);
    return propertyStatus(statusOf('forbidden'), concerned, condition);
  });
  const others = [...names].filter((name) => !refused.has(name));
  const rest = others.length === 0 ? '' : propertyStatus(statusOf('failed-dependency'), others);
  return refusals.join('') + rest;
}

/**
 * A propstat element with the status of some properties and, if one failed, the precondition (RFC 4918 section 14.22).
 */
function propertyStatus(status: number, names: readonly ClarkName[], condition?: string): string {
  const error = condition === undefined ? '' : `<D:error><D:${condition}/></D:error>`;
  return propstat(status, names.map(emptyElement).join(''), error);
}

export function propstat(status: number, properties: string, error = ''): string {
  return `<D:propstat><D:prop>${properties}</D:prop><D:status>${statusLine(status)}</D:status>${error}</D:propstat>`;
}

/** An element with no content; names in `DAV:` take the prefix D, which multistatus declares. */
export function emptyElement(name: string): string {
  const { namespace, local } = fromClarkName(name);
  if (namespace === DAV) return `<D:${local}/>`;
  return namespace === '' ? `<${local} xmlns=""/>` : `<x:${local} xmlns:x="${escapeAttribute(namespace)}"/>`;
}
