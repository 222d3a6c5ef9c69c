import type { Policy } from '../access/policy.js';
import type { ServerPath } from '../http/target.js';

/** A database as the declaration names it; `file` is absolute. */
export interface DatabaseLocation {
  readonly kind: 'sqlite';
  readonly file: string;
}

interface CommonShare {
  readonly path: ServerPath;
  readonly policy: Policy;
}

export interface StaticShare extends CommonShare {
  readonly kind: 'static';
  /** An absolute folder. */
  readonly root: string;
}

/** Where a WebDAV share's files are: a folder of this machine, or what a module makes. */
export type StorageDeclaration =
  | { readonly kind: 'folder'; readonly root: string; readonly durability: 'full' | 'relaxed' }
  | { readonly kind: 'module'; readonly module: string; readonly options: Readonly<Record<string, unknown>> };

export interface WebdavShare extends CommonShare {
  readonly kind: 'webdav';
  readonly storage: StorageDeclaration;
}

export interface SvnShare extends CommonShare {
  readonly kind: 'svn';
  /** An absolute folder of repositories. */
  readonly repositories: string;
}

export type Share = StaticShare | WebdavShare | SvnShare;

/** A declaration that was checked: paths absolute, defaults filled in, rules resolved. */
export interface Declaration {
  /** The folder of the declaration's file, to which its paths are relative. */
  readonly folder: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly realm: string;
  readonly django: { readonly database: DatabaseLocation };
  readonly state: DatabaseLocation;
  readonly shares: readonly Share[];
}
