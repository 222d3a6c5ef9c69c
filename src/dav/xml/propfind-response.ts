import type { ResourceStat } from '../../storage/storage.js';
import { escapeText } from '../../xml/escape.js';
import type { Preferences } from '../headers/prefer.js';
import { live, liveProperties, type LiveProperty } from '../properties/live.js';
import { timeProperty } from '../properties/modification-time.js';
import type { ClarkName, PropertyMap, PropertyXml } from '../properties/property-store.js';
import type { PropertyQuery } from '../properties/query.js';
import { emptyElement, propstat } from './multistatus.js';

export type PropertyResponse = (
  href: string,
  path: string,
  stat: ResourceStat,
  /** The properties that do not come from the stat: the dead ones and the lock properties. */
  kept: PropertyMap,
) => string;

/**
 * Returns the function that answers `query` for one resource after another and computes what they share only once.
 * @param preferences with `minimal`, missing properties are not reported (RFC 8144 section 2.1)
 */
export function propertyResponses(
  query: PropertyQuery,
  { minimal }: Pick<Preferences, 'minimal'>,
): PropertyResponse {
  const propstats = propstatsFor(query, minimal);
  return (href, path, stat, kept) =>
    `<D:response><D:href>${escapeText(href)}</D:href>${propstats(path, stat, kept)}</D:response>\n`;
}

function propstatsFor(
  query: PropertyQuery,
  minimal: boolean,
): (path: string, stat: ResourceStat, kept: PropertyMap) => string {
  switch (query.kind) {
    case 'allprop': {
      const include = query.include.map(named);
      return (path, stat, kept) => {
        const all = new Map([...kept, ...liveProperties(stat, path)]);
        const missing = minimal ? [] : include.filter(({ name }) => !all.has(name));
        return (
          propstat(200, [...all.values()].join('')) + missingOf(missing.map(({ empty }) => empty).join(''))
        );
      };
    }
    case 'propname':
      return (path, stat, kept) =>
        propstat(200, [...liveProperties(stat, path).keys(), ...kept.keys()].map(emptyElement).join(''));
    case 'prop': {
      const asked = query.names.map(named);
      return (path, stat, kept) => {
        let found = '';
        let missing = '';
        for (const { name, empty, live, time } of asked) {
          const element = live?.(stat, path) ?? (kept.size > 0 ? kept.get(name) : undefined) ?? time?.(stat);
          if (element === undefined) missing += empty;
          else found += element;
        }
        // A response needs at least one propstat, even if the query names no property.
        const told = found !== '' || missing === '' || minimal ? propstat(200, found) : '';
        return told + (minimal ? '' : missingOf(missing));
      };
    }
  }
}

interface NamedProperty {
  readonly name: ClarkName;
  /** Its element without a value. */
  readonly empty: string;
  readonly live: LiveProperty | undefined;
  readonly time: ((stat: ResourceStat) => PropertyXml) | undefined;
}

function named(name: ClarkName): NamedProperty {
  return { name, empty: emptyElement(name), live: live.get(name), time: timeProperty(name) };
}

function missingOf(properties: string): string {
  return properties === '' ? '' : propstat(404, properties);
}
