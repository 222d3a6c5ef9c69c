import { Failure } from '../../failure.js';
import { clarkName, type XmlElement } from '../../xml/element.js';
import { emptyElement } from '../xml/empty-element.js';
import type { ClarkName } from './property-store.js';

/** Caps on what is kept of dead properties. */
export interface PropertyLimits {
  /** Bytes of one property's XML. */
  readonly perProperty: number;
  /** Bytes of a resource's, a user's and a share's properties, counted as {@link sizeOfProperty} does. */
  readonly perResource: number;
  readonly perUser: number;
  readonly perShare: number;
}

/** The bytes that a property counts for: its XML, its name, and the path that it is found by. */
export function sizeOfProperty(path: string, name: ClarkName, value: string): number {
  return Buffer.byteLength(path) + Buffer.byteLength(name) + Buffer.byteLength(value);
}

/** @throws Failure `insufficient-storage` with the condition of RFC 4331, always */
export function refuseProperties(sentence: string): never {
  throw new Failure('insufficient-storage', sentence, { condition: 'quota-not-exceeded' });
}

/** Properties that one request may name, and the characters of one name in Clark notation. */
export const maximumNames = 256;
const maximumNameLength = 512;

/** Characters of all names in a request as an answer repeats them: for each resource that lacks the properties. */
const maximumRepeated = 32 * 1024;

/** Reads the names in a request as far as it may name any. */
export class RequestNames {
  readonly #found = new Set<ClarkName>();
  #repeated = 0;

  get distinct(): ClarkName[] {
    return [...this.#found];
  }

  /** @throws Failure `too-large` */
  read(element: XmlElement): ClarkName {
    // Before they are put together: a namespace is written once for any number of elements.
    if (element.namespace.length + element.local.length + 2 > maximumNameLength) {
      throw new Failure(
        'too-large',
        `A property\u2019s name may have ${maximumNameLength} characters at most.`,
      );
    }
    const name = clarkName(element);
    if (this.#found.has(name)) return name;
    this.#found.add(name);
    this.#repeated += emptyElement(name).length;
    if (this.#found.size > maximumNames || this.#repeated > maximumRepeated) {
      throw new Failure(
        'too-large',
        `A request may name ${maximumNames} properties at most, in ${maximumRepeated} characters together.`,
      );
    }
    return name;
  }
}
