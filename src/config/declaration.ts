import type { LimitsDeclaration } from './limits.js';
import type { DatabaseLocation, TlsFiles } from '../database/location.js';
import type { DjangoSite } from '../django/site.js';
import type { Positions } from './problems.js';
import type { DeclaredShare } from './share-schema.js';

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
  /** Where in that file a place is, for messages. */
  readonly positions: Positions;
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
  readonly shares: readonly DeclaredShare[];
  /** All permissions and groups that the shares name themselves; their `authz` files may name others. */
  readonly grants: readonly NamedGrant[];
}
