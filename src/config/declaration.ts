import type { LimitsDeclaration } from './limits.js';
import type { PageTrust } from '../http/active-content.js';
import type { DatabaseLocation, DjangoSite, TlsFiles } from '../django/site.js';
import type { Policy } from '../access/policy.js';
import type { ServerPath } from '../http/target.js';

/** Where davgate keeps its own state; `file` is absolute. */
export type StateDeclaration = Exclude<DatabaseLocation<TlsFiles>, { readonly kind: 'mysql' }>;

/** A Django project to read; its folder is absolute. */
export interface ProjectDeclaration {
  readonly kind: 'project';
  readonly project: string;
  readonly settings: string;
  /** Absolute, or a name to be looked up in PATH. */
  readonly python?: string;
  readonly alias?: string;
  /** PostgreSQL's schemas in which tables are looked for, instead of those of the site's own connection. */
  readonly searchPath?: readonly string[];
}

/** The site whose users these are: its project, or the facts themselves. */
export type DjangoDeclaration =
  ProjectDeclaration | { readonly kind: 'site'; readonly site: DjangoSite<TlsFiles> };

/** So many failed logins within so many seconds. */
export interface LoginLimit {
  readonly failures: number;
  readonly seconds: number;
}

export interface ThrottleDeclaration {
  readonly user?: LoginLimit;
  readonly address?: LoginLimit;
  /** Where failed logins are counted: by this process for itself, or in the state database with all that use it. */
  readonly counter: 'memory' | 'state';
}

interface CommonShare {
  readonly path: ServerPath;
  readonly policy: Policy;
}

export interface StaticShare extends CommonShare {
  readonly kind: 'static';
  /** An absolute folder. */
  readonly root: string;
  readonly trust: PageTrust;
  /** Patterns of names that are as if they were not there. */
  readonly hide?: readonly string[];
}

/** Where a WebDAV share's files are: a folder of this machine, or what a module makes. */
export type StorageDeclaration =
  | { readonly kind: 'folder'; readonly root: string; readonly durability: 'full' | 'relaxed' }
  | { readonly kind: 'module'; readonly module: string; readonly options: Readonly<Record<string, unknown>> };

export interface WebdavShare extends CommonShare {
  readonly kind: 'webdav';
  readonly storage: StorageDeclaration;
  /** Bytes that the share may hold; missing: what the file system can. */
  readonly quota?: number;
  /** Patterns of names that are as if they were not there. */
  readonly hide?: readonly string[];
  /** Whether PROPFIND with Depth infinity is answered. */
  readonly depthInfinity?: boolean;
}

/** Where an svn share's repositories are; folders and files are absolute. */
export type SvnSource =
  | { readonly kind: 'repositories' | 'repository'; readonly folder: string }
  | {
      readonly kind: 'upstream';
      /** Scheme, host and port of an Apache that the administrator runs. */
      readonly origin: string;
      readonly secretFile: string;
      /** What davgate writes for that Apache where the share has path rules. */
      readonly authzFile?: string;
    };

export interface SvnShare extends CommonShare {
  readonly kind: 'svn';
  readonly source: SvnSource;
  /** An absolute file of path rules in svn's own format. */
  readonly authz?: string;
  /** Whether what a plain WebDAV client changes is committed. */
  readonly autoversioning?: boolean;
}

export type Share = StaticShare | WebdavShare | SvnShare;

/** A permission or a group that a declaration names. */
export interface NamedGrant {
  readonly kind: 'permission' | 'group';
  /** `app_label.codename`, or the group's name. */
  readonly name: string;
  /** Where, as a JSON path such as `shares[1].write.permission`. */
  readonly place: string;
}

/** A declaration that was checked: paths absolute, defaults filled in, rules resolved. */
export interface Declaration {
  /** The folder of the declaration's file, to which its paths are relative. */
  readonly folder: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly realm: string;
  readonly django: DjangoDeclaration;
  /** Such as `https://files.example.org`; undefined: what requests say. */
  readonly publicOrigin: string | undefined;
  readonly trustedProxies: readonly string[];
  /** Whether `DOMAIN\user` signs in as `user`. */
  readonly stripDomain: boolean;
  readonly throttle: ThrottleDeclaration;
  readonly state: StateDeclaration;
  /** Where Prometheus asks for metrics; undefined: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** Where Apache is; what is missing is looked for. Absolute. */
  readonly apache: { readonly binary?: string; readonly modules?: string };
  readonly limits: LimitsDeclaration;
  readonly shares: readonly Share[];
  /** All permissions and groups that the shares name themselves; their `authz` files may name others. */
  readonly grants: readonly NamedGrant[];
}
