import type { ExplainedRight } from '../../src/access/explain.js';
import type { Visitor, Memberships } from '../../src/access/identity.js';
import type { RequiredAccess } from '../../src/access/required-access.js';
import type { Allowance } from '../../src/async/allowance.js';
import type { UsagePool } from '../../src/async/usage-pool.js';
import type { Declaration, NamedGrant } from '../../src/config/declaration.js';
import type { Finding } from '../../src/config/problems.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { DavContext, Place, UserPart } from '../../src/dav/context.js';
import type { PropertyQuota } from '../../src/dav/properties/property-store.js';
import type { Refusal } from '../../src/failure.js';
import type { HttpResponse } from '../../src/http/message.js';
import type { Method } from '../../src/http/method.js';
import type { Spelling } from '../../src/http/spelling.js';
import type { NameRule, ServerPath, SharePath } from '../../src/http/target.js';
import type { StagingOwner } from '../../src/storage/local/staging.js';
import type { FileSystem } from '../../src/storage/module/file-system-module.js';
import type { ReadableStorage } from '../../src/storage/storage.js';
import type { SvnShare } from '../../src/config/kinds/svn.js';
import type { Meter } from '../../src/storage/space-meter.js';
import type { SvnBackground, SvnListeners } from './svn/background.js';
import type { Environment } from '../environment.js';
import type { Log } from '../observability/log.js';
import { IdentifiedRequest } from './incoming-request.js';

export interface Share {
  readonly declared: DeclaredShare;
  /** The files, if davgate itself looks them up by name. */
  readonly files?: ReadableStorage;
  /**
   * A place in the share for requests to other shares, such as a destination; undefined if they cannot reach this one.
   */
  readonly place?: (inside: SharePath, spelling: Spelling | undefined) => Place;
  /** Why the share is not being served, for the administrator; undefined if it is. */
  readonly fault?: () => string | undefined;
  /** The methods that a resource supports, as in the Allow header field (RFC 9110 section 10.2.1). */
  readonly methods: (inside: SharePath) => Promise<string>;
  /** Answers an authorised request that the kind does not refuse. @throws Failure */
  serve(request: ShareRequest): Promise<HttpResponse>;
  close(): Promise<void> | void;
}

export interface Located {
  readonly share: Share;
  readonly path: ServerPath;
  readonly inside: SharePath;
  /** How the client spells the path, if it uses another spelling. */
  readonly spelling?: Spelling;
}

/** An authorised request: the user has every right that it needs. */
export class ShareRequest extends IdentifiedRequest {
  readonly place: Located;
  readonly destination: Located | undefined;

  constructor(request: IdentifiedRequest, place: Located, destination: Located | undefined) {
    super(request, request.identity, request.owner);
    this.place = place;
    this.destination = destination;
  }
}

export interface Found {
  readonly path: ServerPath;
  /** Undefined if no share contains the path. */
  readonly located: Located | undefined;
}

export interface Locator {
  locate(path: ServerPath): Located | undefined;
  /** Like `locate`, for a path from a client; takes into account how that client spells names. */
  find(path: ServerPath, userAgent: string | undefined): Found | Promise<Found>;
}

/** What kinds need to open their shares. */
export interface ShareParts {
  /** All shares; complete once they are open. */
  readonly shares: Locator;
  readonly dav: Omit<DavContext, UserPart>;
  /** Quotas of the shares that have one, by the path of the share. Properties count towards them. */
  readonly quotas: Map<ServerPath, PropertyQuota>;
  /** The origin that browsers use for this server; if undefined, it is taken from each request. */
  readonly publicOrigin: string | undefined;
  readonly stagingOwner: StagingOwner;
  /** The memory of all bodies. */
  readonly bodyMemory: Allowance;
  /** By module and options. */
  readonly fileSystems: UsagePool<FileSystem>;
  /** Among how many processes like this one a limit for all of them is divided. */
  readonly processes: number;
  readonly common: CommonServices;
  readonly environment: Environment;
  readonly log: Log;
}

/** What shares need that there is once on a machine, in this process or in another one. */
export interface CommonServices {
  /** Starts, or finds started, what the svn shares need. */
  startSvn(shares: readonly SvnShare[], listeners: SvnListeners): Promise<SvnBackground>;
  /** What counts the bytes of the share at this path against its quota, in bytes. */
  meter(share: ServerPath, quota: number): Meter;
}

export interface Numbered<D> {
  readonly share: D;
  readonly index: number;
}

/** What the checks before a start need to know about this machine and the declaration. */
export interface Machine {
  readonly declaration: Pick<Declaration, 'realm' | 'apache'>;
  readonly environment: Pick<Environment, 'path' | 'uid' | 'userName'>;
}

/** How a kind judges a right, in addition to the rules of the declaration. */
export interface ExplainedBeyondRules {
  readonly words: string;
  /** Undefined if the right is granted. */
  readonly refusal?: Refusal;
}

/** Everything that depends on the kind of a share. */
export interface ShareKind<D extends DeclaredShare = DeclaredShare> {
  readonly words: string;
  readonly names: NameRule;
  /** The format in which its clients expect errors. */
  readonly errors: 'dav' | 'svn';
  readonly requires: RequiredAccess;
  /**
   * Requests that the kind refuses to every user because of the method or the destination. The server and `explain`
   * both use this.
   * @param share the path of the share
   */
  refuses(method: Method, share: ServerPath, destination: DestinationShare | undefined): Refusal | undefined;
  /** Finds what will not work on this machine. Runs before every start, and takes milliseconds. */
  look?(shares: readonly Numbered<D>[], machine: Machine): Promise<readonly Finding[]>;
  /** Tries what a start would do, for `check`. */
  attempt?(shares: readonly Numbered<D>[], machine: Machine): Promise<readonly Finding[]>;
  /** Permissions and groups that files of a share name, in addition to the declaration. */
  grants?(share: Numbered<D>): readonly NamedGrant[];
  /** How a right is judged in addition to the rules of the declaration. @throws Failure `unavailable` */
  explain?(
    right: ExplainedRight,
    share: D,
    inside: SharePath,
    identity: Visitor,
    memberships: Memberships,
  ): Promise<ExplainedBeyondRules | undefined>;
  /**
   * Opens all shares of this kind, in order.
   * @throws Failure with what could not be opened, after closing those that were
   */
  open(declared: readonly D[], parts: ShareParts): Promise<readonly Share[]>;
}

/** The share that a Destination header field refers to. */
interface DestinationShare {
  readonly kind: DeclaredShare['kind'];
  readonly path: ServerPath;
}

/** Refuses a destination in a share that this one cannot copy or move to. */
export function elsewhere(sentence: string): Refusal {
  return { failure: 'foreign-destination', sentence };
}
