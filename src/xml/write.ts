import { XML, type XmlAttribute, type XmlElement } from './element.js';
import { escapeAttribute, escapeText } from './escape.js';

/**
 * An element as self-contained text: declares every namespace where it is first used, keeps prefixes where possible,
 * and writes down the inherited `language`.
 * @param most characters; the work stops there, because an element can use a declaration from above many times
 * @returns undefined if the text would be longer
 */
export function serialize(element: XmlElement, most: number, language?: string): string | undefined {
  const inherited: XmlAttribute[] =
    language === undefined ? [] : [{ namespace: XML, prefix: 'xml', local: 'lang', value: language }];
  const writer = new Writer(most);
  return writer.element({ ...element, attributes: [...element.attributes, ...inherited] })
    ? writer.text
    : undefined;
}

/** What a prefix meant before an element gave it another meaning. */
type Meaning = readonly [prefix: string, namespace: string | undefined];

/** Gathers text up to a length, and does not look at anything beyond it. */
class Writer {
  readonly #pieces: string[] = [];
  /** The namespaces in scope at the writer's position, by prefix. */
  readonly #scope = new Map<string, string>([['xml', XML]]);
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  get text(): string {
    return this.#pieces.join('');
  }

  /** @returns whether it was short enough */
  element(element: XmlElement): boolean {
    const outside: Meaning[] = [];
    const name = element.prefix === '' ? element.local : `${element.prefix}:${element.local}`;
    const whole =
      this.#write(`<${name}`) &&
      this.#declare(element.prefix, element.namespace, outside) &&
      element.attributes.every((attribute) => this.#attribute(attribute, outside)) &&
      this.#content(element, name);
    for (const [prefix, namespace] of outside.reverse()) {
      if (namespace === undefined) this.#scope.delete(prefix);
      else this.#scope.set(prefix, namespace);
    }
    return whole;
  }

  #content({ children }: XmlElement, name: string): boolean {
    if (children.every((child) => child === '')) return this.#write('/>');
    return (
      this.#write('>') &&
      children.every((child) =>
        typeof child === 'string' ? this.#escaped(child, escapeText) : this.element(child),
      ) &&
      this.#write(`</${name}>`)
    );
  }

  #attribute({ namespace, prefix, local, value }: XmlAttribute, outside: Meaning[]): boolean {
    return (
      (prefix === '' || this.#declare(prefix, namespace, outside)) &&
      this.#write(` ${prefix === '' ? local : `${prefix}:${local}`}="`) &&
      this.#escaped(value, escapeAttribute) &&
      this.#write('"')
    );
  }

  #declare(prefix: string, namespace: string, outside: Meaning[]): boolean {
    const before = this.#scope.get(prefix);
    if ((before ?? '') === namespace) return true;
    outside.push([prefix, before]);
    this.#scope.set(prefix, namespace);
    return (
      this.#write(` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="`) &&
      this.#escaped(namespace, escapeAttribute) &&
      this.#write('"')
    );
  }

  #escaped(text: string, escape: (text: string) => string): boolean {
    return text.length <= this.#left && this.#write(escape(text));
  }

  #write(text: string): boolean {
    this.#left -= text.length;
    if (this.#left < 0) return false;
    this.#pieces.push(text);
    return true;
  }
}
