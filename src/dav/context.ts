import type { Readable } from 'node:stream';
import type { Allowance } from '../async/allowance.js';
import type { FairSlots } from '../async/fair-slots.js';
import type { HandOver } from '../http/hand-over.js';
import type { HttpResponse, RequestHeaders } from '../http/message.js';
import type { Spelling } from '../http/spelling.js';
import type { ServerPath, SharePath } from '../http/target.js';
import type { Turns } from '../storage/path-turns.js';
import type { DavStorage, Entry, ReadableStorage } from '../storage/storage.js';
import type { XmlLimits } from '../xml/tree.js';
import type { IfConditions } from './headers/if.js';
import type { LockLimits } from './locks/limits.js';
import type { LockStore } from './locks/lock-store.js';
import type { KnownQueries } from './properties/known-queries.js';
import type { PropertyLimits } from './properties/limits.js';
import type { PropertyReader, PropertyStore } from './properties/property-store.js';
import type { BodyReading } from './read-body.js';

export interface ReadPlace {
  readonly storage: ReadableStorage;
  /** Where the share is on this server. */
  readonly base: ServerPath;
  readonly path: SharePath;
  /** How the client spells the path, if the server found the resource under another name. */
  readonly spelling?: Spelling | undefined;
}

export interface Place extends ReadPlace {
  readonly storage: DavStorage;
}

export interface ReadRequest extends ReadPlace {
  readonly method: string;
  /** Whether the client wrote a trailing slash. */
  readonly collection: boolean;
  readonly headers: RequestHeaders;
  readonly body: Readable;
  /** Hands files over to the web server in front; undefined: davgate sends them. */
  readonly handOver?: HandOver | undefined;
  /** Aborted when the client disconnects and no longer waits for an answer. */
  readonly signal?: AbortSignal | undefined;
}

export interface DavRequest extends ReadRequest {
  readonly storage: DavStorage;
  /** The target of COPY and MOVE; the caller has read the Destination and found the share. */
  readonly destination?: Place | undefined;
  /** This server's authority as the client addresses it, in case a proxy in front has changed the Host. */
  readonly publicAuthority?: string | undefined;
  readonly conditions: IfConditions;
}

/** What the engine needs in order to read. */
export interface ReadContext extends BodyReading {
  readonly properties: PropertyReader;
  readonly queries: KnownQueries;
  /** Whether the user may know of this member of the request's share. */
  readonly mayRead: (path: SharePath) => boolean;
  readonly depthInfinity: boolean;
}

/** What the engine needs besides the request in order to read; what depends on the user comes last. */
export interface DavReadContext extends ReadContext {
  /** The user's name, which locks are held under; undefined of somebody who has not signed in. */
  readonly principal: string | undefined;
  readonly properties: PropertyStore;
  readonly locks: LockStore;
  readonly lockLimits: LockLimits;
  /** The turns of all requests that change whole trees. */
  readonly turns: Turns;
  /** Slots for those requests that go through a tree member by member. */
  readonly treeSlots: FairSlots;
  readonly propertyLimits: PropertyLimits;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The place in a share for any path on this server; undefined if there is none or the user may not read it. */
  readonly resolve: (path: ServerPath) => Place | undefined;
  /** As `resolve`, for a path that the client wrote: it is looked up in the same way as the request's own path. */
  readonly find: (path: ServerPath) => Promise<Place | undefined>;
  readonly listing: (path: string, entries: AsyncIterable<readonly Entry[]>) => HttpResponse;
}

/** The parts it needs in order to change anything: a user. */
export interface DavContext extends DavReadContext {
  /** The user's name, which locks are held under, and properties counted to. */
  readonly principal: string;
}

/** What of a context that depend on the user or the share. */
export type UserPart = 'owner' | 'principal' | 'resolve' | 'find' | 'mayRead' | 'depthInfinity' | 'listing';

/** What of a context does not depend on the user or the share. */
export type CommonPart = Omit<DavReadContext, UserPart>;

/**
 * The context of one request. A class that names every field: V8 takes longer to spread an object of this size and add to
 * the copy than to look up a user.
 */
export class UserContext implements DavReadContext {
  readonly properties: PropertyStore;
  readonly queries: KnownQueries;
  readonly xmlLimits: XmlLimits;
  readonly xmlBytes: Allowance;
  readonly locks: LockStore;
  readonly lockLimits: LockLimits;
  readonly turns: Turns;
  readonly treeSlots: FairSlots;
  readonly propertyLimits: PropertyLimits;
  readonly now: () => number;
  readonly owner: string;
  readonly principal: string | undefined;
  readonly mayRead: (path: SharePath) => boolean;
  readonly depthInfinity: boolean;
  readonly resolve: (path: ServerPath) => Place | undefined;
  readonly find: (path: ServerPath) => Promise<Place | undefined>;
  readonly listing: (path: string, entries: AsyncIterable<readonly Entry[]>) => HttpResponse;

  constructor(common: CommonPart, user: Pick<DavReadContext, UserPart>) {
    this.properties = common.properties;
    this.queries = common.queries;
    this.xmlLimits = common.xmlLimits;
    this.xmlBytes = common.xmlBytes;
    this.locks = common.locks;
    this.lockLimits = common.lockLimits;
    this.turns = common.turns;
    this.treeSlots = common.treeSlots;
    this.propertyLimits = common.propertyLimits;
    this.now = common.now;
    this.owner = user.owner;
    this.principal = user.principal;
    this.mayRead = user.mayRead;
    this.depthInfinity = user.depthInfinity;
    this.resolve = user.resolve;
    this.find = user.find;
    this.listing = user.listing;
  }
}

/** A method of the protocol that only reads. */
export type DavReadMethod = (request: DavRequest, context: DavReadContext) => Promise<HttpResponse>;

/** One method of the protocol. Failures are thrown; only src/failure.ts turns them into statuses. */
export type DavMethod = (request: DavRequest, context: DavContext) => Promise<HttpResponse>;
