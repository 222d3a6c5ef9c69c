import type { Readable } from 'node:stream';
import type { SaxesTagNS } from 'saxes';
import { Failure } from '../failure.js';
import { BodyDecoder, readXmlBody, type BodyWatch } from './read-body.js';
import { StrictParser, type XmlBounds, type XmlHandler } from './strict-parser.js';
import type { XmlElement } from './element.js';

/** Limits on a request body, against documents made to exhaust the server. */
export type XmlLimits = XmlBounds;

/**
 * Reads and parses an XML body.
 * @returns undefined for an empty body
 * @throws Failure as {@link readXmlBody}
 */
export async function readXml(
  body: Readable,
  limits: XmlLimits,
  watch?: BodyWatch,
): Promise<XmlElement | undefined> {
  const tree = new TreeBuilder();
  return (await readXmlBody(body, limits, tree, watch)) ? tree.whole() : undefined;
}

/**
 * Parses the bytes of a small body.
 * @throws Failure as {@link StrictParser}; `malformed` for bytes in no known encoding
 */
export function parseXmlBytes(bytes: Buffer, limits: XmlLimits): XmlElement {
  const decoder = new BodyDecoder();
  const tree = new TreeBuilder();
  const parser = new StrictParser(limits, tree);
  parser.write(decoder.decode(bytes) + decoder.end());
  parser.close();
  return tree.whole();
}

interface MutableElement extends XmlElement {
  readonly children: (XmlElement | string)[];
}

class TreeBuilder implements XmlHandler {
  readonly #open: MutableElement[] = [];
  #root: XmlElement | undefined;

  open(tag: SaxesTagNS): void {
    const element = elementOf(tag);
    this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
  }

  close(): void {
    const closed = this.#open.pop();
    if (this.#open.length === 0) this.#root = closed;
  }

  text(characters: string): void {
    this.#open.at(-1)?.children.push(characters);
  }

  whole(): XmlElement {
    if (!this.#root) throw new Failure('malformed', 'The body is not an XML document.');
    return this.#root;
  }
}

function elementOf(tag: SaxesTagNS): MutableElement {
  return {
    namespace: tag.uri,
    prefix: tag.prefix,
    local: tag.local,
    attributes: Object.values(tag.attributes)
      .filter(({ name, prefix }) => prefix !== 'xmlns' && name !== 'xmlns')
      .map(({ uri, prefix, local, value }) => ({ namespace: uri, prefix, local, value })),
    children: [],
  };
}
