import type { ServerPath } from '../../http/target.js';
import type { LimitedStorage } from '../../storage/limited-storage.js';

/** A property's name in Clark notation: `{namespace}local`. */
export type ClarkName = string;

/** The whole element of a dead property as self-contained XML text, with its namespaces and xml:lang. */
export type PropertyXml = string;

export type PropertyMap = ReadonlyMap<ClarkName, PropertyXml>;

/** One instruction of a PROPPATCH; a value of undefined removes the property. */
export interface PropertyChange {
  readonly name: ClarkName;
  readonly value: PropertyXml | undefined;
}

/** Which properties to read: all, those listed, or only the `names`, each with an empty value. */
export type Wanted = 'all' | 'names' | readonly ClarkName[];

/** Some members of a collection and their properties; `paths` says how many of the requested members these are. */
export interface MemberRun {
  readonly paths: number;
  readonly found: ReadonlyMap<ServerPath, PropertyMap>;
}

/** The properties of a collection's direct members; at least one member has some. */
export interface MemberProperties {
  /** The properties of these members in their order, in runs of at most a megabyte, or of one member. */
  of(paths: readonly ServerPath[]): AsyncIterable<MemberRun>;
}

/** Read access to dead properties (RFC 4918 section 4), by the resource's path on this server. */
export interface PropertyReader {
  get(path: ServerPath, wanted?: Wanted): Promise<PropertyMap>;
  /** @returns undefined if no direct member of `path` has a property */
  members(path: ServerPath, wanted: Wanted): Promise<MemberProperties | undefined>;
}

export interface PropertyOwner {
  /** The name of the user who sets or copies them; empty: no user. */
  readonly principal: string;
  /** Where the share that contains them is; empty: no share. */
  readonly share: ServerPath | '';
}

/** A share's quota; the properties in the share use part of it. */
export type PropertyQuota = Pick<LimitedStorage, 'reserve' | 'countElsewhere' | 'beginElsewhere'>;

/**
 * The storage of dead properties. It counts their sizes (docs/decisions/0019-bounds.md) and refuses a change as a
 * whole, with `insufficient-storage`, if it exceeds a limit or the rest of the share's quota.
 */
export interface PropertyStore extends PropertyReader {
  /** Applies the changes in order, all or none. @throws Failure `insufficient-storage` */
  patch(path: ServerPath, changes: readonly PropertyChange[], owner: PropertyOwner): Promise<void>;
  /**
   * Replaces the properties at and below `to` with those of `from` and, with depth infinity, of everything below.
   * @param owner of the copies
   * @throws Failure `insufficient-storage`
   */
  copyTree(from: ServerPath, to: ServerPath, depth: '0' | 'infinity', owner: PropertyOwner): Promise<void>;
  /** Refuses what `copyTree` would refuse, and changes nothing. @throws Failure `insufficient-storage` */
  requireRoom(from: ServerPath, to: ServerPath, depth: '0' | 'infinity', owner: PropertyOwner): Promise<void>;
  /**
   * As `copyTree` with depth infinity, and removes the properties at and below `from`. The same users remain charged
   * for the properties. Never refuses: the resources have already moved.
   * @param share that contains `to`
   */
  moveTree(from: ServerPath, to: ServerPath, share: ServerPath): Promise<void>;
  removeTree(path: ServerPath): Promise<void>;
}
