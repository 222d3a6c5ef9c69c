import type { Readable } from 'node:stream';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { Failure } from '../../failure.js';
import { chunksOf } from '../../storage/body.js';
import type { XmlElement } from './element.js';

/** Caps on a request body, against documents made to exhaust the server. */
export interface XmlLimits {
  /** Bytes. */
  readonly size: number;
  /** Elements inside each other. */
  readonly depth: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
}

/**
 * Reads and parses an XML body; a DOCTYPE is refused, so there are no entities to expand.
 * @returns undefined for an empty body
 * @throws Failure `malformed`, `too-large`, `forbidden` for external entities, `unsupported-media-type` for an encoding other than UTF-8 and UTF-16
 */
export async function readXml(body: Readable, limits: XmlLimits): Promise<XmlElement | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(body)) {
    size += chunk.length;
    if (size > limits.size) throw new Failure('too-large', `The body is over ${limits.size} bytes of XML.`);
    chunks.push(chunk);
  }
  return size === 0 ? undefined : parseXml(decode(Buffer.concat(chunks)), limits);
}

/** @throws Failure as {@link readXml} */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: MutableElement[] = [];
  let root: XmlElement | undefined;
  parser.on('error', (cause) => {
    throw new Failure('malformed', 'The body is not well-formed XML with namespaces.', { cause });
  });
  parser.on('doctype', (doctype) => {
    if (/\b(SYSTEM|PUBLIC)\b/.test(doctype)) {
      throw new Failure('forbidden', 'The body must not refer to external entities.', {
        condition: 'no-external-entities',
      });
    }
    throw new Failure('malformed', 'The body must not have a DOCTYPE.');
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(utf-?8|utf-?16|us-ascii)$/i.test(encoding)) {
      throw new Failure('unsupported-media-type', 'The body must be XML in UTF-8 or UTF-16.');
    }
  });
  parser.on('opentag', (tag) => {
    if (open.length >= limits.depth) throw new Failure('malformed', 'The XML is nested too deeply.');
    const element = elementOf(tag, limits);
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (open.length === 0) root = closed;
  });
  const addText = (characters: string): void => {
    open.at(-1)?.children.push(characters);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  if (!root) throw new Failure('malformed', 'The body is not an XML document.');
  return root;
}

interface MutableElement extends XmlElement {
  readonly children: (XmlElement | string)[];
}

function elementOf(tag: SaxesTagNS, limits: XmlLimits): MutableElement {
  const attributes = Object.values(tag.attributes);
  if (attributes.length > limits.attributes) {
    throw new Failure('malformed', 'An element of the XML has too many attributes.');
  }
  return {
    namespace: tag.uri,
    prefix: tag.prefix,
    local: tag.local,
    attributes: attributes
      .filter(({ name, prefix }) => prefix !== 'xmlns' && name !== 'xmlns')
      .map(({ uri, prefix, local, value }) => ({ namespace: uri, prefix, local, value })),
    children: [],
  };
}

function decode(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xfe && bytes[1] === 0xff
      ? 'utf-16be'
      : bytes[0] === 0xff && bytes[1] === 0xfe
        ? 'utf-16le'
        : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Failure('malformed', `The body is not ${encoding.toUpperCase()}.`, { cause });
  }
}
