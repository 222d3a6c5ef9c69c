import { Failure, statusOf } from '../../failure.js';
import { clarkName, DAV, elementsOf, languageOf, type XmlElement } from '../xml/element.js';
import { escapeText, serialize } from '../xml/write.js';
import { requireFewNames } from './limits.js';
import { isProtected } from './live.js';
import { propertyStatus } from './property-status.js';
import type { PropertyChange } from './property-store.js';

/**
 * Reads a propertyupdate element (RFC 4918 section 14.19) as instructions in document order.
 * @throws Failure `malformed`, `too-large`
 */
export function parsePropertyUpdate(root: XmlElement | undefined): PropertyChange[] {
  if (!root || clarkName(root) !== '{DAV:}propertyupdate') {
    throw new Failure('malformed', 'The body must be a propertyupdate element.');
  }
  const changes = settingsIn(root);
  requireFewNames(changes.map(({ name }) => name));
  if (changes.length === 0) throw new Failure('malformed', 'The propertyupdate sets and removes nothing.');
  return changes;
}

/** The set and remove instructions inside of an element, in document order. */
export function settingsIn(root: XmlElement): PropertyChange[] {
  const changes: PropertyChange[] = [];
  for (const instruction of elementsOf(root)) {
    const name = clarkName(instruction);
    if (name !== '{DAV:}set' && name !== '{DAV:}remove') continue;
    for (const prop of elementsOf(instruction).filter(
      (child) => child.namespace === DAV && child.local === 'prop',
    )) {
      const language = languageOf(prop) ?? languageOf(instruction) ?? languageOf(root);
      for (const property of elementsOf(prop)) {
        const inherited = languageOf(property) === undefined ? language : undefined;
        const value = name === '{DAV:}set' ? serialize(property, inherited) : undefined;
        changes.push({ name: clarkName(property), value });
      }
    }
  }
  return changes;
}

/** Whether every instruction may be carried out; if not, none is. */
export function isAllowed(changes: readonly PropertyChange[]): boolean {
  return !changes.some(({ name }) => isProtected(name));
}

/**
 * The response element of a PROPPATCH: 200 for every property, or, where one is protected, 403 for that one and 424
 * for the others (RFC 4918 section 9.2.1).
 */
export function updateResponse(href: string, changes: readonly PropertyChange[]): string {
  const names = [...new Set(changes.map(({ name }) => name))];
  const refused = names.filter(isProtected);
  const others = names.filter((name) => !isProtected(name));
  const propstats =
    refused.length === 0
      ? propertyStatus(200, others)
      : propertyStatus(statusOf('forbidden'), refused, 'cannot-modify-protected-property') +
        (others.length === 0 ? '' : propertyStatus(statusOf('failed-dependency'), others));
  return `<D:response><D:href>${escapeText(href)}</D:href>${propstats}</D:response>\n`;
}
