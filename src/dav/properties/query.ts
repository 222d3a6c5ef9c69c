import { Failure } from '../../failure.js';
import type { ResourceStat } from '../../storage/storage.js';
import type { Preferences } from '../headers/prefer.js';
import { clarkName, DAV, davChild, elementsOf, type XmlElement } from '../xml/element.js';
import { statusLine } from '../xml/multistatus.js';
import { emptyElement, escapeText } from '../xml/write.js';
import { requireFewNames } from './limits.js';
import { liveProperties, liveProperty } from './live.js';
import { timeProperty } from './modification-time.js';
import type { ClarkName, PropertyMap } from './property-store.js';

/** What a PROPFIND asks for (RFC 4918 section 14.20). */
export type PropertyQuery =
  | { readonly kind: 'allprop'; readonly include: readonly ClarkName[] }
  | { readonly kind: 'propname' }
  | { readonly kind: 'prop'; readonly names: readonly ClarkName[] };

/**
 * Reads a propfind element; no body at all asks for allprop.
 * @throws Failure `malformed`, `too-large`
 */
export function parsePropertyQuery(root: XmlElement | undefined): PropertyQuery {
  if (!root) return { kind: 'allprop', include: [] };
  if (clarkName(root) !== '{DAV:}propfind')
    throw new Failure('malformed', 'The body must be a propfind element.');
  const asked = elementsOf(root).filter(
    ({ namespace, local }) => namespace === DAV && ['allprop', 'propname', 'prop'].includes(local),
  );
  if (asked.length !== 1) {
    throw new Failure('malformed', 'propfind must hold one of prop, propname and allprop.');
  }
  const prop = davChild(root, 'prop');
  if (prop) return { kind: 'prop', names: namesIn(prop) };
  if (davChild(root, 'propname')) return { kind: 'propname' };
  const include = davChild(root, 'include');
  return { kind: 'allprop', include: include ? namesIn(include) : [] };
}

/** Whether `query` asks for the value of this property, where a resource has it. */
export function asksFor(query: PropertyQuery, name: ClarkName): boolean {
  return query.kind !== 'prop' || query.names.includes(name);
}

/** The properties that `query` names one by one. */
export function namedBy(query: PropertyQuery): readonly ClarkName[] {
  switch (query.kind) {
    case 'prop':
      return query.names;
    case 'allprop':
      return query.include;
    case 'propname':
      return [];
  }
}

function namesIn(parent: XmlElement): ClarkName[] {
  const names = [...new Set(elementsOf(parent).map(clarkName))];
  requireFewNames(names);
  return names;
}

/**
 * The response element for one resource.
 * @param kept the properties that do not come from the stat: the dead ones, and those that tell of locks
 * @param preferences with `minimal` nothing is said of properties that are not there (RFC 8144 section 2.1)
 */
export function propertyResponse(
  query: PropertyQuery,
  href: string,
  path: string,
  stat: ResourceStat,
  kept: PropertyMap,
  preferences: Pick<Preferences, 'minimal'>,
): string {
  const told = propstats(query, path, stat, kept, preferences.minimal);
  return `<D:response><D:href>${escapeText(href)}</D:href>${told}</D:response>\n`;
}

function propstats(
  query: PropertyQuery,
  path: string,
  stat: ResourceStat,
  kept: PropertyMap,
  minimal: boolean,
): string {
  switch (query.kind) {
    case 'allprop': {
      const all = new Map([...kept, ...liveProperties(stat, path)]);
      const missing = query.include.filter((name) => !all.has(name));
      return (
        propstat(200, [...all.values()].join('')) +
        (minimal || missing.length === 0 ? '' : propstat(404, missing.map(emptyElement).join('')))
      );
    }
    case 'propname':
      return propstat(200, [...liveProperties(stat, path).keys(), ...kept.keys()].map(emptyElement).join(''));
    case 'prop': {
      let found = '';
      let missing = '';
      for (const name of query.names) {
        const element = liveProperty(name, stat, path) ?? kept.get(name) ?? timeProperty(name, stat);
        if (element === undefined) missing += emptyElement(name);
        else found += element;
      }
      // A response needs one propstat at least, also where nothing was asked for.
      return (
        (found !== '' || missing === '' || minimal ? propstat(200, found) : '') +
        (missing === '' || minimal ? '' : propstat(404, missing))
      );
    }
  }
}

function propstat(status: number, properties: string): string {
  return `<D:propstat><D:prop>${properties}</D:prop><D:status>${statusLine(status)}</D:status></D:propstat>`;
}
