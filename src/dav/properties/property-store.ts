import type { ServerPath } from '../../http/target.js';
import type { LimitedStorage } from '../../storage/limited-storage.js';

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

/** Which properties are read: all, those named, or `names` alone, each with an empty value. */
export type Wanted = 'all' | 'names' | readonly ClarkName[];

/** Some members of a collection, as many as `paths` says of those asked for, and what they have. */
export interface MemberRun {
  readonly paths: number;
  readonly found: ReadonlyMap<ServerPath, PropertyMap>;
}

/** The properties of a collection's direct members, some of which have any. */
export interface MemberProperties {
  /** Those of these members in their order, in runs of a megabyte at most, or of one member. */
  of(paths: readonly ServerPath[]): AsyncIterable<MemberRun>;
}

/** Dead properties (RFC 4918 section 4), by the server's path of the resource, to be read. */
export interface PropertyReader {
  get(path: ServerPath, wanted?: Wanted): Promise<PropertyMap>;
  /** @returns undefined where no direct member of `path` has a property */
  members(path: ServerPath, wanted: Wanted): Promise<MemberProperties | undefined>;
}

/** Whom the bytes of properties are counted to. */
export interface PropertyOwner {
  /** The name of the user who sets or copies them; empty: to no user. */
  readonly principal: string;
  /** Where the share stands that they are in; empty: to no share. */
  readonly share: ServerPath | '';
}

/** A share's quota, of which the properties in it take a part. */
export type PropertyQuota = Pick<LimitedStorage, 'reserve' | 'countElsewhere'>;

/**
 * Where dead properties live. What each takes is counted (docs/decisions/0019-bounds.md); whatever would take more than
 * a limit or the share's quota leaves is refused as a whole, with `insufficient-storage`.
 */
export interface PropertyStore extends PropertyReader {
  /** Applies the changes in order, all or none. @throws Failure `insufficient-storage` */
  patch(path: ServerPath, changes: readonly PropertyChange[], owner: PropertyOwner): Promise<void>;
  /**
   * Gives `to` the properties of `from` and, with depth infinity, so for all below; what was at `to` and below goes.
   * @param owner of the copies
   * @throws Failure `insufficient-storage`
   */
  copyTree(from: ServerPath, to: ServerPath, depth: '0' | 'infinity', owner: PropertyOwner): Promise<void>;
  /** Refuses what `copyTree` would, and changes nothing. @throws Failure `insufficient-storage` */
  requireRoom(from: ServerPath, to: ServerPath, depth: '0' | 'infinity', owner: PropertyOwner): Promise<void>;
  /**
   * As `copyTree` with depth infinity, and nothing is left at `from` and below. The users that the properties are
   * counted to stay the same. Never refused: it comes after what it belongs to has moved.
   * @param share that `to` lies in
   */
  moveTree(from: ServerPath, to: ServerPath, share: ServerPath): Promise<void>;
  removeTree(path: ServerPath): Promise<void>;
}
