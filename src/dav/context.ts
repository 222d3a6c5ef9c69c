import type { Readable } from 'node:stream';
import type { Allowance } from '../async/allowance.js';
import type { FairSlots } from '../async/fair-slots.js';
import type { HttpResponse, RequestHeaders } from '../http/message.js';
import type { Spelling } from '../http/spelling.js';
import type { ServerPath, SharePath } from '../http/target.js';
import type { PathTurns } from '../storage/path-turns.js';
import type { DavStorage, Entry, ReadableStorage } from '../storage/storage.js';
import type { XmlLimits } from '../xml/tree.js';
import type { IfConditions } from './headers/if.js';
import type { LockLimits } from './locks/limits.js';
import type { LockStore } from './locks/lock-store.js';
import type { PropertyLimits } from './properties/limits.js';
import type { PropertyReader, PropertyStore } from './properties/property-store.js';

/** A place in a share that is read. */
export interface ReadPlace {
  readonly storage: ReadableStorage;
  /** Where the share stands on this server. */
  readonly base: ServerPath;
  readonly path: SharePath;
  /** How the client spells the path, where it found this by another name. */
  readonly spelling?: Spelling | undefined;
}

/** A place in a share: what the engine reads and changes. */
export interface Place extends ReadPlace {
  readonly storage: DavStorage;
}

/** A request that reads, whatever the storage can do besides. */
export interface ReadRequest extends ReadPlace {
  readonly method: string;
  /** Whether the client wrote a trailing slash. */
  readonly collection: boolean;
  readonly headers: RequestHeaders;
  readonly body: Readable;
  /** Says that the client has gone and no answer is awaited. */
  readonly signal?: AbortSignal;
}

export interface DavRequest extends ReadRequest {
  readonly storage: DavStorage;
  /** Where COPY and MOVE lead; the caller has read the Destination and found the share. */
  readonly destination?: Place;
  /** This server as the client addresses it, where a proxy in front may have changed the Host. */
  readonly publicAuthority?: string | undefined;
  readonly conditions: IfConditions;
}

/** What the engine needs in order to read. */
export interface ReadContext {
  readonly properties: PropertyReader;
  readonly xmlLimits: XmlLimits;
  /** Bytes of XML bodies that are being read, by owner. */
  readonly xmlBytes: Allowance;
  /** Whom reading is counted to, and who takes turns at it: a user's name, or what stands for people without one. */
  readonly owner: string;
  /** Whether the user may know of this member of the request's share. */
  readonly mayRead: (path: SharePath) => boolean;
  /** Whether PROPFIND with Depth infinity is answered. */
  readonly depthInfinity: boolean;
}

/** What the engine needs besides the request in order to read; what depends on the user comes last. */
export interface DavReadContext extends ReadContext {
  /** The user's name, which locks are held under; undefined of somebody who has not signed in. */
  readonly principal: string | undefined;
  readonly properties: PropertyStore;
  readonly locks: LockStore;
  readonly lockLimits: LockLimits;
  /** Those of all requests of this process that change whole trees. */
  readonly turns: PathTurns;
  /** Room for those of them that go through trees member by member. */
  readonly treeSlots: FairSlots;
  readonly propertyLimits: PropertyLimits;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The place in a share of any path on this server; undefined where there is none or the user may not read it. */
  readonly resolve: (path: ServerPath) => Place | undefined;
  /** As `resolve`, for a path that the client wrote: found as the path of its request is. */
  readonly find: (path: ServerPath) => Promise<Place | undefined>;
  /** The page that shows a collection to a person. */
  readonly listing: (path: string, entries: AsyncIterable<readonly Entry[]>) => HttpResponse;
}

/** What it needs in order to change anything: a user. */
export interface DavContext extends DavReadContext {
  /** The user's name, which locks are held under, and properties counted to. */
  readonly principal: string;
}

/** What of a context depends on the user or the share. */
export type UserPart = 'owner' | 'principal' | 'resolve' | 'find' | 'mayRead' | 'depthInfinity' | 'listing';

/** A method of the protocol that only reads. */
export type DavReadMethod = (request: DavRequest, context: DavReadContext) => Promise<HttpResponse>;

/** One method of the protocol. Failures are thrown; only src/failure.ts turns them into statuses. */
export type DavMethod = (request: DavRequest, context: DavContext) => Promise<HttpResponse>;
