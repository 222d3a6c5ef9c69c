import { Failure } from '../../failure.js';
import { davChildren, elementsOf, isDav, languageOf, type XmlElement } from '../../xml/element.js';
import { escapeText } from '../../xml/escape.js';
import { serialize } from '../../xml/write.js';
import { maximumNames, refuseProperties, RequestNames, type PropertyLimits } from './limits.js';
import { isProtected } from './live.js';
import { changeStatuses } from '../xml/multistatus.js';
import type { PropertyChange, PropertyXml } from './property-store.js';

/** The precondition of RFC 4918 section 16 that a change of a live property does not meet. */
export const protectedProperty = 'cannot-modify-protected-property';

export type SettingLimits = Pick<PropertyLimits, 'perProperty' | 'perResource'>;

/**
 * Reads a propertyupdate element (RFC 4918 section 14.19) as instructions in document order.
 * @throws Failure `malformed`, `too-large`, `insufficient-storage`
 */
export function parsePropertyUpdate(root: XmlElement | undefined, limits: SettingLimits): PropertyChange[] {
  if (!root || !isDav(root, 'propertyupdate')) {
    throw new Failure('malformed', 'The body must be a propertyupdate element.');
  }
  const changes = settingsIn(root, limits);
  if (changes.length === 0)
    throw new Failure('malformed', 'The propertyupdate neither sets nor removes a property.');
  return changes;
}

/**
 * The set and remove instructions in an element, in document order.
 * @throws Failure `too-large`, `insufficient-storage`
 */
export function settingsIn(root: XmlElement, limits: SettingLimits): PropertyChange[] {
  const changes: PropertyChange[] = [];
  const names = new RequestNames();
  const valueOf = valueReader(limits);
  for (const instruction of elementsOf(root)) {
    const sets = isDav(instruction, 'set');
    if (!sets && !isDav(instruction, 'remove')) continue;
    for (const prop of davChildren(instruction, 'prop')) {
      const language = languageOf(prop) ?? languageOf(instruction) ?? languageOf(root);
      for (const property of elementsOf(prop)) {
        if (changes.length === maximumNames) {
          throw new Failure('too-large', `A request must not change more than ${maximumNames} properties.`);
        }
        const name = names.read(property);
        const inherited = languageOf(property) === undefined ? language : undefined;
        changes.push({ name, value: sets ? valueOf(property, inherited) : undefined });
      }
    }
  }
  return changes;
}

/** Serializes the values in a request and enforces the limits on them. */
function valueReader({ perProperty, perResource }: SettingLimits) {
  let total = 0;
  return (property: XmlElement, language: string | undefined): PropertyXml => {
    const value = serialize(property, perProperty, language);
    const bytes = value === undefined ? Infinity : Buffer.byteLength(value);
    if (value === undefined || bytes > perProperty) {
      return refuseProperties(`The XML of a property must not exceed ${perProperty} bytes.`);
    }
    total += bytes;
    if (total <= perResource) return value;
    return refuseProperties(`The properties of a resource must not exceed ${perResource} bytes.`);
  };
}

/** Whether the server can carry out every instruction; if not, it carries out none. */
export function isAllowed(changes: readonly PropertyChange[]): boolean {
  return !changes.some(({ name }) => isProtected(name));
}

/**
 * The response element of a PROPPATCH: 200 for every property or, if any is protected, 403 for the protected ones and
 * 424 for the others (RFC 4918 section 9.2.1).
 */
export function updateResponse(href: string, changes: readonly PropertyChange[]): string {
  const names = new Set(changes.map(({ name }) => name));
  const refused = [...names].filter(isProtected).map((name) => [name, protectedProperty] as const);
  const propstats = changeStatuses(names, new Map(refused));
  return `<D:response><D:href>${escapeText(href)}</D:href>${propstats}</D:response>\n`;
}
