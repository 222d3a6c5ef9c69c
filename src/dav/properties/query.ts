import { Failure } from '../../failure.js';
import type { ResourceStat } from '../../storage/storage.js';
import { clarkName, DAV, davChild, elementsOf, type XmlElement } from '../xml/element.js';
import { statusLine } from '../xml/multistatus.js';
import { emptyElement, escapeText } from '../xml/write.js';
import { requireFewNames } from './limits.js';
import { liveProperties, liveProperty } from './live.js';
import { timeProperty } from './modification-time.js';
import type { ClarkName, PropertyMap } from './property-store.js';

/** What a PROPFIND asks for (RFC 4918 section 14.20). */
export type PropertyQuery =
  | { readonly kind: 'allprop' }
  | { readonly kind: 'propname' }
  | { readonly kind: 'prop'; readonly names: readonly ClarkName[] };

/**
 * Reads a propfind element; no body at all asks for allprop. What `include` adds is part of allprop here already.
 * @throws Failure `malformed`, `too-large`
 */
export function parsePropertyQuery(root: XmlElement | undefined): PropertyQuery {
  if (!root) return { kind: 'allprop' };
  if (clarkName(root) !== '{DAV:}propfind')
    throw new Failure('malformed', 'The body must be a propfind element.');
  const asked = elementsOf(root).filter(
    ({ namespace, local }) => namespace === DAV && ['allprop', 'propname', 'prop'].includes(local),
  );
  if (asked.length !== 1) {
    throw new Failure('malformed', 'propfind must hold one of prop, propname and allprop.');
  }
  const prop = davChild(root, 'prop');
  if (prop) {
    const names = [...new Set(elementsOf(prop).map(clarkName))];
    requireFewNames(names);
    return { kind: 'prop', names };
  }
  return { kind: davChild(root, 'propname') ? 'propname' : 'allprop' };
}

/** Whether `query` asks for the value of this property, where a resource has it. */
export function asksFor(query: PropertyQuery, name: ClarkName): boolean {
  return query.kind !== 'prop' || query.names.includes(name);
}

/**
 * The response element for one resource.
 * @param kept the properties that do not come from the stat: the dead ones, and lockdiscovery
 */
export function propertyResponse(
  query: PropertyQuery,
  href: string,
  path: string,
  stat: ResourceStat,
  kept: PropertyMap,
): string {
  return `<D:response><D:href>${escapeText(href)}</D:href>${propstats(query, path, stat, kept)}</D:response>\n`;
}

function propstats(query: PropertyQuery, path: string, stat: ResourceStat, kept: PropertyMap): string {
  switch (query.kind) {
    case 'allprop':
      return propstat(200, [...liveProperties(stat, path).values(), ...kept.values()].join(''));
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
        (found !== '' || missing === '' ? propstat(200, found) : '') +
        (missing === '' ? '' : propstat(404, missing))
      );
    }
  }
}

function propstat(status: number, properties: string): string {
  return `<D:propstat><D:prop>${properties}</D:prop><D:status>${statusLine(status)}</D:status></D:propstat>`;
}
