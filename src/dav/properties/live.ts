import { contentTypeOf } from '../../http/media-type.js';
import { formatHttpDate } from '../../http/date.js';
import { nameOf } from '../../http/target.js';
import type { ResourceStat, DavStorage } from '../../storage/storage.js';
import { escapeText } from '../../xml/escape.js';
import type { ClarkName, PropertyMap } from './property-store.js';

/** Renders a live property of a resource; undefined if the resource does not have it. */
export type LiveProperty = (stat: ResourceStat, path: string) => string | undefined;

const liveByName: Readonly<Record<ClarkName, LiveProperty>> = {
  '{DAV:}resourcetype': ({ kind }) =>
    kind === 'collection' ? '<D:resourcetype><D:collection/></D:resourcetype>' : '<D:resourcetype/>',
  '{DAV:}creationdate': ({ created }) =>
    created === undefined
      ? undefined
      : `<D:creationdate>${new Date(created).toISOString().replace(/\.\d+Z$/, 'Z')}</D:creationdate>`,
  '{DAV:}getlastmodified': ({ modified }) =>
    `<D:getlastmodified>${formatHttpDate(modified)}</D:getlastmodified>`,
  '{DAV:}getcontentlength': (stat) =>
    stat.kind === 'file' ? `<D:getcontentlength>${stat.size}</D:getcontentlength>` : undefined,
  '{DAV:}getcontenttype': ({ kind }, path) =>
    kind === 'file'
      ? `<D:getcontenttype>${escapeText(contentTypeOf(nameOf(path)))}</D:getcontenttype>`
      : undefined,
  '{DAV:}getetag': ({ etag }) =>
    etag === undefined ? undefined : `<D:getetag>${escapeText(etag)}</D:getetag>`,
};

/** The live properties of RFC 4918 section 15; the server computes their values and no client may set them. */
export const live: ReadonlyMap<ClarkName, LiveProperty> = new Map(Object.entries(liveByName));

/** Properties of RFC 4918 that this server computes or reserves, so that PROPPATCH must refuse them. */
const reserved = new Set<ClarkName>([
  ...live.keys(),
  '{DAV:}lockdiscovery',
  '{DAV:}supportedlock',
  '{DAV:}quota-available-bytes',
  '{DAV:}quota-used-bytes',
]);

export function isProtected(name: ClarkName): boolean {
  return reserved.has(name);
}

export function liveProperties(stat: ResourceStat, path: string): Map<ClarkName, string> {
  const found = new Map<ClarkName, string>();
  for (const [name, make] of live) {
    const element = make(stat, path);
    if (element !== undefined) found.set(name, element);
  }
  return found;
}

const names: readonly ClarkName[] = ['{DAV:}quota-available-bytes', '{DAV:}quota-used-bytes'];

const none: PropertyMap = new Map();

/**
 * The quota properties (RFC 4331 section 3); reported to clients that name one, never for allprop.
 * @param named the properties that a PROPFIND names
 * @param storage undefined for a place without storage
 * @returns empty if the storage does not know its space
 */
export async function quotaProperties(
  storage: Pick<DavStorage, 'space'> | undefined,
  named: readonly ClarkName[],
): Promise<PropertyMap> {
  if (!names.some((name) => named.includes(name))) return none;
  const space = await storage?.space();
  if (!space) return none;
  return new Map([
    ['{DAV:}quota-available-bytes', `<D:quota-available-bytes>${space.available}</D:quota-available-bytes>`],
    ['{DAV:}quota-used-bytes', `<D:quota-used-bytes>${space.used}</D:quota-used-bytes>`],
  ]);
}

/** The properties of a resource and, for a collection, its quota. */
export function withQuota(own: PropertyMap, stat: ResourceStat, quota: PropertyMap): PropertyMap {
  return quota.size > 0 && stat.kind === 'collection' ? new Map([...own, ...quota]) : own;
}
