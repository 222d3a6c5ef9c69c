import type { Readable } from 'node:stream';
import type { FileLocation } from '../http/hand-over.js';
import type { ByteRange } from '../http/range.js';
import type { SharePath } from '../http/target.js';

interface CommonStat {
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Milliseconds since the epoch; undefined if the storage does not know. */
  readonly created: number | undefined;
}

/** A file; `etag` is a strong entity tag with its quotes, and different bytes always get a different one. */
export interface FileStat extends CommonStat {
  readonly kind: 'file';
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
}

/** A collection; it is listed, and has no bytes of its own. */
export interface CollectionStat extends CommonStat {
  readonly kind: 'collection';
  /**
   * A weak entity tag with its quotes, which changes when a member is added, removed or replaced; undefined if the
   * storage does not know.
   */
  readonly etag?: string | undefined;
}

export type ResourceStat = FileStat | CollectionStat;

export interface Entry {
  readonly name: string;
  readonly stat: ResourceStat;
  /** Whether it is a symbolic link to what `stat` describes. */
  readonly link?: true;
}

/**
 * A file held open, so that what is read is what `stat` describes even if the name gets another file in the meantime.
 */
export interface OpenFile {
  readonly stat: FileStat;
  /** Undefined if it is not a file of this machine. */
  readonly location?: FileLocation;
  /**
   * The bytes, or one range of them: a Buffer if they are few, otherwise a stream. Several ranges may be read one
   * after another.
   */
  read(range?: ByteRange): Buffer | Readable;
  /** Closes the file once the streams read from it have ended. Idempotent. */
  close(): void;
}

/**
 * Why a member is not listed: no request can name it (bytes that are not UTF-8, control characters, backslashes), or
 * the share does not show it (hidden names, links that lead nowhere or outside, special files).
 */
export type Unlisted = 'unnameable' | 'hidden';

/** Read access to storage. For a path that leads outside, to nothing or to a special file, `stat` gives undefined. */
export interface ReadableStorage {
  stat(path: SharePath): Promise<ResourceStat | undefined>;
  /**
   * The members of a collection in batches, in no particular order; never holds all members of a large one at once.
   * @param onUnlisted called for each member that is not listed, except those that davgate reserves
   * @throws Failure `not-found` if `path` is not a collection
   */
  list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncIterable<readonly Entry[]>;
  /** @throws Failure `not-found` if `path` is not a file */
  open(path: SharePath): Promise<OpenFile>;
}

/** Called with what was written once a file has taken its place; with undefined if it could not. */
export type AfterWriting = (written: Written | undefined) => Promise<void> | void;

/**
 * Called right before a file takes its place, with what is there at that moment. Throwing keeps the old file.
 * @returns a function to call when that is over; undefined: none
 */
export type TakePlace = (standing: ResourceStat | undefined) => AfterWriting | undefined;

export interface WriteOptions {
  /** Bytes that must arrive; with fewer or more the write fails with `malformed` and stores nothing. */
  readonly length?: number;
  /** The modification time to give the file, in milliseconds since the epoch; default: now. */
  readonly modified?: number;
  /** Whom the memory is counted to in which the body is gathered; default: nobody in particular. */
  readonly owner?: string;
  /** Awaited when the body has arrived; its result is called immediately afterwards. Rejecting keeps the old file. */
  readonly ready?: () => Promise<TakePlace | undefined>;
  /**
   * Called with the total of bytes received so far, before the last of them are stored, and awaited if it returns a
   * promise. Failing keeps the old file.
   */
  readonly onBytes?: (received: number) => Promise<void> | void;
  /**
   * Whether the file must not replace what another process puts in its place between `ready`'s last look and the end.
   * What has come is then shown to `ready` once more.
   */
  readonly fresh?: boolean;
}

export interface RemoveOptions {
  /** `part` of a tree whose root is removed in the end: only that last removal must be durable. Default: `whole`. */
  readonly extent?: 'whole' | 'part';
}

/** Bytes, as RFC 4331 reports them: whole numbers, none below 0. */
export interface Space {
  readonly used: number;
  readonly available: number;
}

export interface Written {
  readonly stat: FileStat;
  /** Whether nothing was there before. */
  readonly created: boolean;
}

/** How new content arrives at a place: in one step, or as a tree, one member after another. */
export type Arrival = 'at once' | 'by member';

/** Something that was set aside. Call one of the two methods, once. */
export interface Aside {
  /** Puts it back where it was; nothing may be there now. */
  putBack(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Storage with write access. Each call changes one resource, wholly or not at all. Any of them may throw these
 * failures: `parent-missing` if the parent is not a collection, `insufficient-storage`, `forbidden` for what the file
 * system refuses, `name-too-long`.
 */
export interface DavStorage extends ReadableStorage {
  /**
   * Creates or replaces a file with the whole of `body`.
   * @throws Failure `method-not-allowed` if a collection is there
   */
  write(path: SharePath, body: Readable, options?: WriteOptions): Promise<Written>;
  /** @throws Failure `method-not-allowed` if something is there */
  makeCollection(path: SharePath): Promise<void>;
  /** Copies one file over any file at `to`. @throws Failure `not-found` if `from` is not a file */
  copyFile(from: SharePath, to: SharePath): Promise<void>;
  /**
   * Renames a file or a whole collection to a free name, or a file over a file.
   * @returns false if this storage cannot do it in one step; nothing has changed then
   */
  rename(from: SharePath, to: SharePath): Promise<boolean>;
  /**
   * Moves what is at `path` out of the way in one step, so that something else can take its place and it can still be
   * put back. If the process ends before either is done, and the successor arrives by member, the members of the tree
   * that have no successor yet come back; default: at once.
   * @returns undefined if this storage cannot do it; nothing has changed then
   */
  setAside(path: SharePath, arrival?: Arrival): Promise<Aside | undefined>;
  /**
   * Globally unique names of where `path` is and of where it leads, whether something is there or not: two resources
   * with a name in common are the same. Empty if nothing else can lead to them.
   */
  realNames(path: SharePath): Promise<readonly string[]>;
  /** Undefined if the storage does not know. */
  space(): Promise<Space | undefined>;
  /**
   * Sets the modification time of a resource, in milliseconds since the epoch.
   * @returns false if this storage cannot do it
   * @throws Failure `not-found`
   */
  setModified(path: SharePath, modified: number): Promise<boolean>;
  /** Removes a file or an empty collection. @throws Failure `not-found`; `conflict` for a collection with members */
  remove(path: SharePath, options?: RemoveOptions): Promise<void>;
}
