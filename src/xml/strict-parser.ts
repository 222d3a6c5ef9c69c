import { SaxesParser, type SaxesTagNS } from 'saxes';
import { Failure } from '../failure.js';

/** Limits on a document from outside, against documents made to exhaust the server. */
export interface XmlBounds {
  /** Bytes. */
  readonly size: number;
  readonly depth: number;
  /** Elements in all. */
  readonly elements: number;
  /** Attributes of one element, including namespace declarations. */
  readonly attributes: number;
  /** Namespace declarations in all. */
  readonly namespaces: number;
}

/** Receives the parts of a document in order. Throwing ends the parsing. */
export interface XmlHandler {
  open(tag: SaxesTagNS): void;
  close(): void;
  /** Character data, in any number of pieces. */
  text(characters: string): void;
}

/**
 * Parses XML with namespaces piece by piece. Refuses a DOCTYPE, so there are no entities to expand; refuses anything
 * over a limit where it begins, before it looks at the rest. The work is linear in the text.
 * @throws Failure `malformed`; `forbidden` for external entities; `unsupported-media-type` for an encoding other than
 *   UTF-8 and UTF-16; and what the handler throws
 */
export class StrictParser {
  readonly #parser = new SaxesParser({ xmlns: true, position: false });
  readonly #bounds: Omit<XmlBounds, 'size'>;
  #depth = 0;
  #elements = 0;
  #attributes = 0;
  #namespaces = 0;

  constructor(bounds: Omit<XmlBounds, 'size'>, handler: XmlHandler) {
    this.#bounds = bounds;
    const parser = this.#parser;
    parser.on('error', (cause) => {
      throw new Failure('malformed', 'The body is not well-formed XML with namespaces.', { cause });
    });
    parser.on('doctype', refuseDoctype);
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(utf-?8|utf-?16|us-ascii)$/i.test(encoding)) {
        throw new Failure('unsupported-media-type', 'The body must be XML in UTF-8 or UTF-16.');
      }
    });
    parser.on('opentagstart', () => this.#begin());
    parser.on('attribute', ({ name }) => this.#countAttribute(name));
    parser.on('opentag', (tag) => handler.open(tag));
    parser.on('closetag', () => {
      this.#depth -= 1;
      handler.close();
    });
    const text = (characters: string): void => {
      if (this.#depth > 0) handler.text(characters);
    };
    parser.on('text', text);
    parser.on('cdata', text);
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  close(): void {
    this.#parser.close();
    if (this.#elements === 0) throw new Failure('malformed', 'The body is not an XML document.');
  }

  #begin(): void {
    this.#attributes = 0;
    this.#depth += 1;
    this.#elements += 1;
    const { depth, elements } = this.#bounds;
    if (this.#depth > depth) throw new Failure('malformed', 'The XML is nested too deeply.');
    if (this.#elements > elements) {
      throw new Failure('too-large', `The XML must not have more than ${elements} elements.`);
    }
  }

  #countAttribute(name: string): void {
    this.#attributes += 1;
    if (this.#attributes > this.#bounds.attributes) {
      throw new Failure('malformed', 'An element of the XML has too many attributes.');
    }
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) return;
    this.#namespaces += 1;
    if (this.#namespaces > this.#bounds.namespaces) {
      throw new Failure(
        'too-large',
        `The XML must not have more than ${this.#bounds.namespaces} namespace declarations.`,
      );
    }
  }
}

function refuseDoctype(doctype: string): never {
  if (/\b(SYSTEM|PUBLIC)\b/.test(doctype)) {
    throw new Failure('forbidden', 'The body must not refer to external entities.', {
      condition: 'no-external-entities',
    });
  }
  throw new Failure('malformed', 'The body must not have a DOCTYPE.');
}
