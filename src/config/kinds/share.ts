import type { Policy } from '../../access/policy.js';
import { serverPathOf, type ServerPath } from '../../http/target.js';
import type { Mount } from '../mounts.js';
import type { Disk } from './disk.js';

/** What the names in a declaration are relative to. */
export interface Surroundings {
  /** The folder of the declaration's file; absolute. */
  readonly folder: string;
  /** What is mounted on this machine. Default: nothing is known of it. */
  readonly mounts?: readonly Mount[];
}

export interface NamedPlace {
  /** The share's key that names it, such as `root`. */
  readonly key: string;
  readonly what: 'folder' | 'file';
  /** As it stands in the declaration. */
  readonly value: string;
  /** Absolute. */
  readonly path: string;
  /** `change`: users change its contents. `make`: davgate writes the file; its folder must exist. */
  readonly use: 'read' | 'change' | 'make';
  /** What is wrong with one that exists, as the rest of a sentence that begins with its name. */
  readonly fault?: (path: string) => string | undefined;
}

/** A file or folder that no share may serve, and what messages call it. */
export interface Secret {
  readonly what: string;
  /** Absolute. */
  readonly path: string;
  /** Whether no part of the folder may be served either, as with the hooks of a repository. */
  readonly whole?: boolean;
}

interface Home {
  readonly key: string;
  /** Absolute. */
  readonly path: string;
  /** Whether users get its files as they are. */
  readonly served: boolean;
}

/** What every declared share has, whatever its kind. */
export interface CommonShare {
  readonly path: ServerPath;
  readonly policy: Policy;
  /** What it serves, for an administrator. */
  readonly words: string;
  readonly places: readonly NamedPlace[];
  /** Missing if its content is not in a folder of this machine. */
  readonly home?: Home;
  /** How davgate calls the file system of `home`; missing if other programs do. */
  readonly disk?: Disk;
  /** Whether any user may change anything in it. */
  readonly isWritten: boolean;
  /** Whether another web server serves it, which asks davgate who may. */
  readonly servedElsewhere?: true;
  /** Files and folders that it names and that no share may serve. */
  readonly secrets: readonly Secret[];
}

export function common(
  { path }: { readonly path: string },
  policy: Policy,
): Pick<CommonShare, 'path' | 'policy' | 'isWritten'> {
  const isWritten = policy.rules.some(({ write }) => write !== false);
  return { path: serverPathOf(path), policy, isWritten };
}
