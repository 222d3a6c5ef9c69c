import type { ServerPath } from '../../http/target.js';

/** A property's name in Clark notation: `{namespace}local`. */
export type ClarkName = string;

/** A dead property's whole element as XML text that stands alone: its namespaces and xml:lang are declared in it. */
export type PropertyXml = string;

export type PropertyMap = ReadonlyMap<ClarkName, PropertyXml>;

/** One instruction of a PROPPATCH; the value is undefined where the property is removed. */
export interface PropertyChange {
  readonly name: ClarkName;
  readonly value: PropertyXml | undefined;
}

/** Dead properties (RFC 4918 section 4), by the server's path of the resource, to be read. */
export interface PropertyReader {
  get(path: ServerPath): Promise<PropertyMap>;
  /** The properties of the direct members of `path` that have any, by path. */
  children(path: ServerPath): Promise<ReadonlyMap<ServerPath, PropertyMap>>;
}

/** Where dead properties live. */
export interface PropertyStore extends PropertyReader {
  /** Applies the changes in order, all or none. */
  patch(path: ServerPath, changes: readonly PropertyChange[]): Promise<void>;
  /** Gives `to` the properties of `from` and, with depth infinity, so for all below; what was at `to` and below goes. */
  copyTree(from: ServerPath, to: ServerPath, depth: '0' | 'infinity'): Promise<void>;
  /** As `copyTree` with depth infinity, and nothing is left at `from` and below. */
  moveTree(from: ServerPath, to: ServerPath): Promise<void>;
  removeTree(path: ServerPath): Promise<void>;
}
