import type { SaxesTagNS } from 'saxes';
import { Failure } from '../../failure.js';
import type { XmlHandler } from '../../xml/strict-parser.js';
import { type BodyLimits, limitsOfXml } from './limits.js';
import { type FieldKind, isOfKind, type ReportFields, reports } from './report-fields.js';

/** The longest path or number in a body, in UTF-16 code units. */
const longestField = 32 * 1024;

/**
 * The most bytes of a body that may use any XML syntax; a larger one may contain only elements, attributes and text,
 * as svn writes them. A comment or a declaration would be held whole until it ends.
 */
const anyXml = 64 * 1024;
/** Bytes from one tag to the next, except in the values of properties and the comment of a lock. */
const longestRun = 64 * 1024;
const withText: ReadonlySet<string> = new Set(['PROPPATCH', 'LOCK']);
const [lessThan, exclamation, question] = [0x3c, 0x21, 0x3f];

/** A text that is being read, in an element at this depth. */
interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly depth: number;
  text: string;
}

/**
 * Checks that the paths and numbers in a body have the form that svn's own client writes, because others crash
 * Subversion, and that the body is not larger than that client would send.
 */
export class XmlChecker implements XmlHandler {
  readonly #method: string;
  #limits: BodyLimits;
  #report: ReportFields | undefined;
  #depth = 0;
  #size = 0;
  #elements = 0;
  #attributes = 0;
  #breaks = 0;
  /** The position of the next byte. */
  #at = 0;
  #run = 0;
  #wasOpening = false;
  #isUnusual = false;
  readonly #fields: Field[] = [];
  #path: string | undefined;

  constructor(method: string) {
    this.#method = method;
    this.#limits = limitsOfXml(method, undefined);
  }

  /** The path that a report about one path names; undefined for other bodies. */
  get path(): string | undefined {
    return this.#report?.onePath === true ? (this.#path ?? '') : undefined;
  }

  /**
   * The most bytes that Apache needs for the document, as measured: the text, and what apr_xml stores for each
   * element, attribute and piece of text. Documents with lock tokens are parsed twice.
   */
  get weight(): number {
    const once = this.#size * 1.5 + this.#elements * 120 + this.#attributes * 64 + this.#breaks * 28;
    return Math.ceil(this.#method === 'MERGE' || this.#method === 'DELETE' ? once * 2 : once);
  }

  /** Counts bytes that have arrived. @throws Failure `too-large` */
  count(bytes: Buffer): void {
    this.#size += bytes.length;
    // Until its root is known, a report may be one of those that can be large.
    if (this.#elements > 0 || this.#method !== 'REPORT') this.#checkSize();
    for (const byte of bytes) this.#look(byte);
    if (this.#size > anyXml && this.#isUnusual) throw unusual();
  }

  #look(byte: number): void {
    if (this.#wasOpening && (byte === exclamation || (byte === question && this.#at > 1))) {
      this.#isUnusual = true;
    }
    if (this.#at === 0 && byte >= 0xfe) this.#isUnusual = true;
    this.#at += 1;
    this.#wasOpening = byte === lessThan;
    this.#run = this.#wasOpening ? 0 : this.#run + 1;
    if (this.#run > longestRun && !withText.has(this.#method)) throw unusual();
    if (byte === 0x0a || byte === 0x26 || byte === 0x0d) this.#breaks += 1;
  }

  open(tag: SaxesTagNS): void {
    const attributes = Object.values(tag.attributes);
    this.#elements += 1;
    this.#attributes += attributes.length;
    if (this.#depth === 0) this.#begin(tag);
    const { elements, allAttributes } = this.#limits;
    if (this.#elements > elements || this.#attributes > allAttributes) throw tooLarge();
    const kind = this.#kindOf(tag);
    this.#depth += 1;
    if (kind) this.#fields.push({ name: tag.local, kind, depth: this.#depth, text: '' });
    const own = this.#depth === 1 ? this.#report?.own : undefined;
    const known = this.#depth === 2 ? this.#report?.attributes?.[tag.local] : own;
    if (known === undefined) return;
    for (const { local, value } of attributes) {
      const wanted = Object.hasOwn(known, local) ? known[local] : undefined;
      if (wanted !== undefined && !isOfKind(wanted, value)) throw unfit(local);
    }
  }

  close(): void {
    const field = this.#fields.at(-1);
    if (field?.depth === this.#depth) {
      if (!isOfKind(field.kind, field.text)) throw unfit(field.name);
      if (field.name === 'path') this.#path = field.text;
      this.#fields.pop();
    }
    this.#depth -= 1;
  }

  text(characters: string): void {
    const field = this.#fields.at(-1);
    if (field?.depth !== this.#depth) return;
    if (field.text.length + characters.length > longestField) throw unfit(field.name);
    field.text += characters;
  }

  #begin({ uri, local }: SaxesTagNS): void {
    this.#limits = limitsOfXml(this.#method, uri === 'svn:' ? local : undefined);
    if (this.#method === 'REPORT' && uri === 'svn:') this.#report = reports.get(local);
    this.#checkSize();
  }

  /** Subversion looks for lock tokens by their local names, anywhere in the document. */
  #kindOf({ uri, local }: SaxesTagNS): FieldKind | undefined {
    if (this.#method === 'MERGE' || this.#method === 'DELETE') {
      return local === 'lock-path' ? 'relpath' : undefined;
    }
    const elements = this.#depth === 1 && uri === 'svn:' ? this.#report?.elements : undefined;
    return elements !== undefined && Object.hasOwn(elements, local) ? elements[local] : undefined;
  }

  #checkSize(): void {
    if (this.#size > this.#limits.size || this.#breaks > this.#limits.breaks) throw tooLarge();
  }
}

function tooLarge(): Failure {
  return new Failure('too-large', 'The body is larger than any that a Subversion client sends.');
}

function unusual(): Failure {
  return new Failure(
    'malformed',
    'A body of this size must use only the XML syntax that Subversion clients write.',
  );
}

function unfit(name: string): Failure {
  return new Failure(
    'malformed',
    `The value of "${name}" in the body does not have the form that Subversion clients write.`,
  );
}
