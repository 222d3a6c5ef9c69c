import type { ExplainedRight } from '../../src/access/explain.js';
import type { Visitor } from '../../src/access/identity.js';
import type { RequiredAccess } from '../../src/access/required-access.js';
import type { Memberships } from '../../src/access/memberships.js';
import type { UsagePool } from '../../src/async/usage-pool.js';
import type { Declaration, NamedGrant } from '../../src/config/declaration.js';
import type { Finding } from '../../src/config/finding.js';
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
import type { Environment } from '../environment.js';
import type { Log } from '../observability/log.js';
import type { IdentifiedRequest } from './incoming-request.js';

/** A share that is open. */
export interface Share {
  readonly declared: DeclaredShare;
  /** Its files, where davgate itself finds them by name. */
  readonly files?: ReadableStorage;
  /** Where a request for another place may lead or look: missing in shares that only their own requests reach. */
  readonly place?: (inside: SharePath, spelling: Spelling | undefined) => Place;
  /** Why it is not served at the moment, for an administrator; undefined where it is. */
  readonly fault?: () => string | undefined;
  /** The methods that a resource has, as the Allow header field lists them (RFC 9110 section 10.2.1). */
  readonly methods: (inside: SharePath) => Promise<string>;
  /** Answers a request that may be made, and that its kind does not refuse. @throws Failure */
  serve(request: ShareRequest): Promise<HttpResponse>;
  close(): Promise<void> | void;
}

/** A path together with the share that it lies in. */
export interface Located {
  readonly share: Share;
  /** On this server. */
  readonly path: ServerPath;
  /** Inside the share. */
  readonly inside: SharePath;
  /** How the client spells the path, where it found this by another name. */
  readonly spelling?: Spelling;
}

/** A request that a share may answer: everything that it needs is allowed. */
export interface ShareRequest extends IdentifiedRequest {
  readonly place: Located;
  /** Where COPY and MOVE lead. */
  readonly destination: Located | undefined;
}

/** What a path of a client's leads to. */
export interface Found {
  readonly path: ServerPath;
  /** Undefined where the path lies in no share. */
  readonly located: Located | undefined;
}

/** Finds what paths on this server lead to. */
export interface Locator {
  locate(path: ServerPath): Located | undefined;
  /** As `locate`, for a path that a client wrote, by what that client means. */
  find(path: ServerPath, userAgent: string | undefined): Found | Promise<Found>;
}

/** What shares are made of. */
export interface ShareParts {
  /** All shares, once they are open. */
  readonly shares: Locator;
  readonly dav: Omit<DavContext, UserPart>;
  /** By where their shares stand: what is counted to a share besides its properties. */
  readonly quotas: Map<ServerPath, PropertyQuota>;
  /** This server as browsers address it; undefined: what requests say. */
  readonly publicOrigin: string | undefined;
  readonly stagingOwner: StagingOwner;
  /** By their module and its options. */
  readonly fileSystems: UsagePool<FileSystem>;
  readonly apache: Declaration['apache'];
  readonly memberships: Memberships;
  readonly environment: Environment;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** A declared share with its index in the declaration. */
export interface Numbered<D> {
  readonly share: D;
  readonly index: number;
}

/** What shares are looked at with before anything is opened. */
export interface Machine {
  readonly declaration: Pick<Declaration, 'realm' | 'apache'>;
  readonly environment: Pick<Environment, 'path' | 'uid' | 'userName'>;
}

/** What a kind says of a right, besides the rules of the declaration. */
export interface ExplainedBeyondRules {
  /** A paragraph for a person. */
  readonly words: string;
  /** Missing where the request may pass. */
  readonly refusal?: Refusal;
}

/** What of a share its kind alone decides. */
export interface ShareKind<D extends DeclaredShare = DeclaredShare> {
  /** What it is, in the list of shares. */
  readonly words: string;
  /** The names that paths in it may have. */
  readonly names: NameRule;
  /** In which form its clients read what went wrong. */
  readonly errors: 'dav' | 'svn';
  readonly requires: RequiredAccess;
  /**
   * What is refused whoever asks, by the method or by where it leads: the server says so, and `explain` does.
   * @param share where the share stands
   */
  refuses(method: Method, share: ServerPath, destination: DestinationShare | undefined): Refusal | undefined;
  /** What will not work on this machine; it costs milliseconds, and precedes every start. */
  look?(shares: readonly Numbered<D>[], machine: Machine): Promise<readonly Finding[]>;
  /** What else `check` finds by trying what a start would do. */
  attempt?(shares: readonly Numbered<D>[], machine: Machine): Promise<readonly Finding[]>;
  /** The permissions and groups that files of a share name, besides the declaration. */
  grants?(share: Numbered<D>): readonly NamedGrant[];
  /** What decides a right besides the rules of the declaration. @throws Failure `unavailable` */
  explain?(
    right: ExplainedRight,
    share: D,
    inside: SharePath,
    identity: Visitor,
    memberships: Memberships,
  ): Promise<ExplainedBeyondRules | undefined>;
  /**
   * Opens all shares of this kind, in their order.
   * @throws Failure with what could not be opened; then none is open
   */
  open(declared: readonly D[], parts: ShareParts): Promise<readonly Share[]>;
}

/** The share that a Destination header field leads into. */
export interface DestinationShare {
  readonly kind: DeclaredShare['kind'];
  readonly path: ServerPath;
}

/** That the method is not served. */
export function noMethod(sentence: string): Refusal {
  return { failure: 'method-not-allowed', sentence };
}

/** That the destination lies where nothing can be brought from here. */
export function elsewhere(sentence: string): Refusal {
  return { failure: 'foreign-destination', sentence };
}
