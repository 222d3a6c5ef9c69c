import { Failure } from '../../failure.js';
import { clarkName, type XmlElement } from '../../xml/element.js';
import { emptyElement } from '../xml/multistatus.js';
import type { ClarkName } from './property-store.js';

export interface PropertyLimits {
  /** Bytes of one property's XML. */
  readonly perProperty: number;
  /** Bytes of the properties of a resource, of a user and of a share, counted as in {@link sizeOfProperty}. */
  readonly perResource: number;
  readonly perUser: number;
  readonly perShare: number;
}

/** The bytes that a property counts for: its XML, its name, and its path. */
export function sizeOfProperty(path: string, name: ClarkName, value: string): number {
  return Buffer.byteLength(path) + Buffer.byteLength(name) + Buffer.byteLength(value);
}

/** @throws Failure always: `insufficient-storage` with the condition of RFC 4331 */
export function refuseProperties(sentence: string): never {
  throw new Failure('insufficient-storage', sentence, { condition: 'quota-not-exceeded' });
}

/** The most properties that one request may name, and the most characters of one name in Clark notation. */
export const maximumNames = 256;
const maximumNameLength = 512;

/**
 * The most characters of all names in a request, as an answer repeats them for each resource that lacks the
 * properties.
 */
const maximumRepeated = 32 * 1024;

/** Reads the names in a request and enforces the limits on them. */
export class RequestNames {
  readonly #found = new Set<ClarkName>();
  #repeated = 0;

  get distinct(): ClarkName[] {
    return [...this.#found];
  }

  /** @throws Failure `too-large` */
  read(element: XmlElement): ClarkName {
    // Checked before they are joined: a document writes a namespace once for any number of elements.
    if (element.namespace.length + element.local.length + 2 > maximumNameLength) {
      throw new Failure(
        'too-large',
        `The name of a property must not exceed ${maximumNameLength} characters.`,
      );
    }
    const name = clarkName(element);
    if (this.#found.has(name)) return name;
    this.#found.add(name);
    this.#repeated += emptyElement(name).length;
    if (this.#found.size > maximumNames || this.#repeated > maximumRepeated) {
      throw new Failure(
        'too-large',
        `A request must not name more than ${maximumNames} properties, or more than ${maximumRepeated} characters of names.`,
      );
    }
    return name;
  }
}
