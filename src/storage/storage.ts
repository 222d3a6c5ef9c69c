import type { Readable } from 'node:stream';
import type { ByteRange } from '../http/range.js';
import type { SharePath } from '../http/target.js';

interface CommonStat {
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Milliseconds since the epoch; undefined where the storage does not know. */
  readonly created: number | undefined;
}

/** A file: `etag` is a strong entity tag with its quotes, other bytes always get another one. */
export interface FileStat extends CommonStat {
  readonly kind: 'file';
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
}

/** A collection; its members are listed, its own bytes are nothing. */
export interface CollectionStat extends CommonStat {
  readonly kind: 'collection';
  /**
   * A weak entity tag with its quotes, another one when a member has come, gone or been replaced; undefined where the
   * storage does not know that.
   */
  readonly etag?: string | undefined;
}

export type ResourceStat = FileStat | CollectionStat;

/** A member of a collection. */
export interface Entry {
  readonly name: string;
  readonly stat: ResourceStat;
  /** Whether it is a symbolic link to what `stat` describes. */
  readonly link?: true;
}

/** A file held open, so that what is read is what `stat` describes even if the name gets another file meanwhile. */
export interface OpenFile {
  readonly stat: FileStat;
  /** The bytes, or one span of them: a Buffer where they are few, else a stream. Ranges may be read one after another. */
  read(range?: ByteRange): Buffer | Readable;
  /** Lets go of the file once the streams that were read from it have ended. Idempotent. */
  close(): void;
}

/**
 * Why a member is not listed: no request can name it (bytes that are not UTF-8, control characters, backslashes), or it
 * is not shown (hidden names, links that lead nowhere or out, special files).
 */
export type Unlisted = 'unnameable' | 'hidden';

/** What is served and only read. A path that leads outside, to nothing or to a special file is `undefined`. */
export interface ReadableStorage {
  stat(path: SharePath): Promise<ResourceStat | undefined>;
  /**
   * The members of a collection in batches, in no order; never the whole of a large one at once.
   * @param onUnlisted told of each member that is not listed, but for those that davgate keeps for itself
   * @throws Failure `not-found` when `path` is no collection
   */
  list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncIterable<readonly Entry[]>;
  /** @throws Failure `not-found` when `path` is no file */
  open(path: SharePath): Promise<OpenFile>;
}

/** Called once a file has come to its place, with what was written; with undefined where it could not come. */
export type AfterWriting = (written: Written | undefined) => Promise<void> | void;

/**
 * Called right before a file takes its place, with what stands there at that moment. Throwing keeps the old file.
 * @returns what is called when that is over; undefined: nothing
 */
export type TakePlace = (standing: ResourceStat | undefined) => AfterWriting | undefined;

export interface WriteOptions {
  /** Bytes that must arrive; fewer or more fail with `malformed` and nothing is kept. */
  readonly length?: number;
  /** The modification time that the file is to have, in milliseconds since the epoch; default: now. */
  readonly modified?: number;
  /** Awaited when the body has arrived; what it gives is called at once afterwards. Rejecting keeps the old file. */
  readonly ready?: () => Promise<TakePlace | undefined>;
  /**
   * Called with the bytes that have arrived so far, all in all, before the last of them are kept. Throwing keeps the
   * old file.
   */
  readonly onBytes?: (received: number) => void;
}

export interface RemoveOptions {
  /** `part` of a tree whose root is removed in the end: only that removal must last. Default: `whole`. */
  readonly extent?: 'whole' | 'part';
}

/** Bytes, as RFC 4331 tells them: whole numbers, none below 0. */
export interface Space {
  readonly used: number;
  /** What could still be written. */
  readonly available: number;
}

/** What a write left behind. */
export interface Written {
  readonly stat: FileStat;
  /** Whether nothing was there before. */
  readonly created: boolean;
}

/** How what takes a place comes there: in one step, or a tree one member after another. */
export type Arrival = 'at once' | 'by member';

/** Something that was set aside. One of the two is called, once. */
export interface Aside {
  /** Puts it back where it was, where nothing may be now. */
  putBack(): Promise<void>;
  /** Removes it for good. */
  discard(): Promise<void>;
}

/**
 * Storage that is written too. Each call changes one resource, wholly or not at all. Failures that any may throw:
 * `parent-missing` when the parent is no collection, `insufficient-storage`, `forbidden` for what the file system
 * refuses, `name-too-long`.
 */
export interface DavStorage extends ReadableStorage {
  /**
   * Makes or replaces a file with the whole of `body`.
   * @throws Failure `method-not-allowed` when a collection is there
   */
  write(path: SharePath, body: Readable, options?: WriteOptions): Promise<Written>;
  /** @throws Failure `method-not-allowed` when something is there */
  makeCollection(path: SharePath): Promise<void>;
  /** Copies one file over whatever file is at `to`. @throws Failure `not-found` when `from` is no file */
  copyFile(from: SharePath, to: SharePath): Promise<void>;
  /**
   * Renames a file or a whole collection to a name where nothing is, or a file over a file.
   * @returns false when this storage cannot do it in one step; nothing has changed then
   */
  rename(from: SharePath, to: SharePath): Promise<boolean>;
  /**
   * Takes what is at `path` out of the way in one step, so that something else can take its place and it can still be
   * put back. Should the process end before either is done, the members of a tree that have no successor yet come back
   * where those arrive by member; default: at once.
   * @returns undefined when this storage cannot; nothing has changed then
   */
  setAside(path: SharePath, arrival?: Arrival): Promise<Aside | undefined>;
  /**
   * Names, unique in the world outside of this storage, of where `path` stands and of where it leads, whether something
   * is there or not: resources with a name in common are the same. Empty when nothing else can lead to them.
   */
  realNames(path: SharePath): Promise<readonly string[]>;
  /** Undefined where the storage does not know. */
  space(): Promise<Space | undefined>;
  /**
   * Sets when a resource was last modified, in milliseconds since the epoch.
   * @returns false when this storage cannot
   * @throws Failure `not-found`
   */
  setModified(path: SharePath, modified: number): Promise<boolean>;
  /** Removes a file or an empty collection. @throws Failure `not-found`; `conflict` for a collection with members */
  remove(path: SharePath, options?: RemoveOptions): Promise<void>;
}
