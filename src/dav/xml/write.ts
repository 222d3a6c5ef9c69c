import { fromClarkName, type XmlAttribute, type XmlElement } from './element.js';

const escapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);

// Characters that XML 1.0 cannot hold at all; they become U+FFFD.
const unspeakable = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const needsCare = /[^\t\n -%'-;=?-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

// As most text is; told much faster than by code points.
const plain = /^[ -%'-;=?-~]*$/;

/** Character data. */
export function escapeText(text: string): string {
  if (plain.test(text) || !needsCare.test(text)) return text;
  return text
    .replace(unspeakable, '\ufffd')
    .replace(/[&<>\r]/g, (character) => escapes.get(character) ?? character);
}

/** An attribute value that stands between double quotes. */
export function escapeAttribute(text: string): string {
  return text
    .replace(unspeakable, '\ufffd')
    .replace(/[&<>"\t\n\r]/g, (character) => escapes.get(character) ?? character);
}

/** An element with no content; names of `DAV:` take the prefix D, which multistatus declares. */
export function emptyElement(name: string): string {
  const { namespace, local } = fromClarkName(name);
  if (namespace === 'DAV:') return `<D:${local}/>`;
  return namespace === '' ? `<${local} xmlns=""/>` : `<x:${local} xmlns:x="${escapeAttribute(namespace)}"/>`;
}

/**
 * An element as text that stands alone: every namespace is declared where it is first used, prefixes are kept where
 * they can be, and `language`, inherited from above, is written down.
 */
export function serialize(element: XmlElement, language?: string): string {
  const inherited: XmlAttribute[] =
    language === undefined ? [] : [{ namespace: XML, prefix: 'xml', local: 'lang', value: language }];
  return write({ ...element, attributes: [...element.attributes, ...inherited] }, new Map([['xml', XML]]));
}

const XML = 'http://www.w3.org/XML/1998/namespace';

/** @param scope the namespaces in force, by prefix */
function write(element: XmlElement, scope: ReadonlyMap<string, string>): string {
  const inside = new Map(scope);
  const declarations: string[] = [];
  const declare = (prefix: string, namespace: string): void => {
    if ((inside.get(prefix) ?? '') === namespace) return;
    inside.set(prefix, namespace);
    declarations.push(` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(namespace)}"`);
  };
  declare(element.prefix, element.namespace);
  const attributes = element.attributes.map(({ namespace, prefix, local, value }) => {
    if (prefix !== '') declare(prefix, namespace);
    return ` ${prefix === '' ? local : `${prefix}:${local}`}="${escapeAttribute(value)}"`;
  });
  const name = element.prefix === '' ? element.local : `${element.prefix}:${element.local}`;
  const head = `<${name}${declarations.join('')}${attributes.join('')}`;
  const content = element.children
    .map((child) => (typeof child === 'string' ? escapeText(child) : write(child, inside)))
    .join('');
  return content === '' ? `${head}/>` : `${head}>${content}</${name}>`;
}
