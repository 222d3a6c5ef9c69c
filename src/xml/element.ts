/** An attribute; `namespace` is empty if it has none. */
export interface XmlAttribute {
  readonly namespace: string;
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
}

export interface XmlElement {
  readonly namespace: string;
  readonly prefix: string;
  readonly local: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly (XmlElement | string)[];
}

export const DAV = 'DAV:';
export const XML = 'http://www.w3.org/XML/1998/namespace';

/** The element's name in Clark notation: `{namespace}local`. */
export function clarkName(element: { readonly namespace: string; readonly local: string }): string {
  return `{${element.namespace}}${element.local}`;
}

/** Splits a Clark name: a namespace may contain a brace, a local name may not. */
export function fromClarkName(name: string): { namespace: string; local: string } {
  const end = name.lastIndexOf('}');
  return { namespace: name.slice(1, end), local: name.slice(end + 1) };
}

export function elementsOf(parent: XmlElement): XmlElement[] {
  return parent.children.filter((child) => typeof child !== 'string');
}

export function isDav(element: XmlElement, local: string): boolean {
  return element.namespace === DAV && element.local === local;
}

export function davChild(parent: XmlElement, local: string): XmlElement | undefined {
  return elementsOf(parent).find((child) => isDav(child, local));
}

export function davChildren(parent: XmlElement, local: string): XmlElement[] {
  return elementsOf(parent).filter((child) => isDav(child, local));
}

export function languageOf(element: XmlElement): string | undefined {
  return element.attributes.find(({ namespace, local }) => namespace === XML && local === 'lang')?.value;
}
