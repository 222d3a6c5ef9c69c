import { DAV, fromClarkName } from '../../xml/element.js';
import { escapeAttribute } from '../../xml/escape.js';

/** An element with no content; names in `DAV:` take the prefix D, which multistatus declares. */
export function emptyElement(name: string): string {
  const { namespace, local } = fromClarkName(name);
  if (namespace === DAV) return `<D:${local}/>`;
  return namespace === '' ? `<${local} xmlns=""/>` : `<x:${local} xmlns:x="${escapeAttribute(namespace)}"/>`;
}
