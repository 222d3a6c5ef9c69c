import type { GuardDeclaration } from './guard-section.js';
import type { LimitsDeclaration } from './limits.js';
import type { TlsFiles } from '../database/location.js';
import type { DjangoSite } from '../django/site.js';
import type { Positions } from './problems.js';
import type { ThrottleDeclaration } from './schema.js';
import type { DeclaredShare } from './share-schema.js';
import type { StateDeclaration } from './state-url.js';

/** A Django project to read; its folder is absolute. */
export interface ProjectDeclaration {
  readonly kind: 'project';
  readonly project: string;
  readonly settings: string;
  /** An absolute path, or a name to look up in PATH. */
  readonly python?: string;
  readonly alias?: string;
  /** The PostgreSQL schemas to look for tables in, instead of those of the site's own connection. */
  readonly searchPath?: readonly string[];
  /** Missing where davgate checks passwords by the user table, not the site by its own backends. */
  readonly signInBySite?: AnswersBySite;
  /** Missing where Django's tables tell which permissions a user has, not the site's own code. */
  readonly permissionsBySite?: AnswersBySite;
}

/** What the site's own Python is asked while davgate runs. */
interface AnswersBySite {
  readonly seconds: number;
}

/** The site that the users belong to: its project, or the facts themselves. */
export type DjangoDeclaration =
  ProjectDeclaration | { readonly kind: 'site'; readonly site: DjangoSite<TlsFiles> };

export interface NamedGrant {
  readonly kind: 'permission' | 'group';
  /** `app_label.codename`, or the group's name. */
  readonly name: string;
  /** Where, as a JSON path such as `shares[1].write.permission`. */
  readonly place: string;
}

/** A valid declaration: paths absolute, defaults filled in, rules resolved. */
export interface Declaration {
  /** The folder of the declaration's file, which its paths are relative to. */
  readonly folder: string;
  /** The position of a place in that file, for messages. */
  readonly positions: Positions;
  /** What stands in the file. */
  readonly text: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** How many processes answer requests; undefined: 1. */
  readonly workers: number | undefined;
  readonly realm: string;
  readonly django: DjangoDeclaration;
  /** Such as `https://files.example.org`; undefined: what requests say. */
  readonly publicOrigin: string | undefined;
  readonly trustedProxies: readonly string[];
  /** Whether `DOMAIN\user` signs in as `user`. */
  readonly stripDomain: boolean;
  readonly throttle: ThrottleDeclaration;
  readonly state: StateDeclaration;
  /** Where Prometheus can fetch metrics; undefined: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** Where other web servers ask who may; undefined: nowhere. */
  readonly guard: GuardDeclaration | undefined;
  /** Where Apache is, as absolute paths; davgate looks for what is missing. */
  readonly apache: { readonly binary?: string; readonly modules?: string };
  readonly limits: LimitsDeclaration;
  readonly shares: readonly DeclaredShare[];
  /** All permissions and groups that the shares name themselves; their `authz` files may name others. */
  readonly grants: readonly NamedGrant[];
}
