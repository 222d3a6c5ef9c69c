import { Failure } from '../../failure.js';
import { davChild, elementsOf, isDav, type XmlElement } from '../../xml/element.js';
import { RequestNames } from './limits.js';
import { isProtected } from './live.js';
import type { ClarkName, Wanted } from './property-store.js';

/** What a PROPFIND asks for (RFC 4918 section 14.20). */
export type PropertyQuery =
  | { readonly kind: 'allprop'; readonly include: readonly ClarkName[] }
  | { readonly kind: 'propname' }
  | { readonly kind: 'prop'; readonly names: readonly ClarkName[] };

const kinds = ['allprop', 'propname', 'prop'] as const;

/**
 * Reads a propfind element; an empty body asks for allprop.
 * @throws Failure `malformed`, `too-large`
 */
export function parsePropertyQuery(root: XmlElement | undefined): PropertyQuery {
  if (!root) return { kind: 'allprop', include: [] };
  if (!isDav(root, 'propfind')) throw new Failure('malformed', 'The body must be a propfind element.');
  const [asked, ...others] = elementsOf(root).filter((child) => kinds.some((kind) => isDav(child, kind)));
  if (!asked || others.length > 0) {
    throw new Failure('malformed', 'propfind must contain exactly one of prop, propname and allprop.');
  }
  if (isDav(asked, 'prop')) return { kind: 'prop', names: namesIn(asked) };
  if (isDav(asked, 'propname')) return { kind: 'propname' };
  const include = davChild(root, 'include');
  return { kind: 'allprop', include: include ? namesIn(include) : [] };
}

export function asksFor(query: PropertyQuery, name: ClarkName): boolean {
  return query.kind !== 'prop' || query.names.includes(name);
}

export function namedBy(query: PropertyQuery): readonly ClarkName[] {
  if (query.kind === 'prop') return query.names;
  return query.kind === 'allprop' ? query.include : [];
}

/** The dead properties that an answer needs. */
export function wantedBy(query: PropertyQuery): Wanted {
  if (query.kind === 'prop') return query.names.filter((name) => !isProtected(name));
  return query.kind === 'allprop' ? 'all' : 'names';
}

function namesIn(parent: XmlElement): ClarkName[] {
  const names = new RequestNames();
  for (const element of elementsOf(parent)) names.read(element);
  return names.distinct;
}
