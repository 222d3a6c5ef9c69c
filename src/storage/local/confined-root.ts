import { lstatSync, opendirSync, realpathSync } from 'node:fs';
import { Failure } from '../../failure.js';
import { nameOf, parentOf, type SharePath } from '../../http/target.js';
import { errnoOf, toStorageFailure } from './errno.js';
import { isReservedName } from './staging.js';

/** An absolute path below the root with no symbolic link in it, except perhaps its last name. */
export type RealPath = string;

/** `hidden`: a symbolic link is as if it were not there, wherever it leads. */
export type Links = 'followed' | 'hidden';

/**
 * Finds share paths in a folder and nothing outside it. Symbolic links are followed as long as they end inside;
 * each look-up resolves the whole path anew, so that a link in an ancestor cannot lead out either.
 */
export class ConfinedRoot {
  readonly root: RealPath;

  readonly #links: Links;

  /** @throws Failure `unavailable` when there is no such folder */
  constructor(folder: string, links: Links = 'followed') {
    this.#links = links;
    try {
      this.root = realpathSync.native(folder);
      opendirSync(this.root).closeSync();
    } catch (cause) {
      throw new Failure('unavailable', 'The folder of this share is missing.', { cause });
    }
  }

  /** Where `path` really is; undefined when nothing is there or it lies outside. */
  find(path: SharePath): RealPath | undefined {
    if (path === '/') return this.root;
    if (hasReservedName(path)) return undefined;
    let real: string;
    try {
      real = realpathSync.native(this.root + path);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG')
        return undefined;
      throw toStorageFailure(error);
    }
    if (this.#links === 'hidden' && real !== this.root + path) return undefined;
    return this.contains(real) ? real : undefined;
  }

  /**
   * Where the name `path` stands, whether something is there or not: its real parent and its last name.
   * @throws Failure `parent-missing`; `forbidden` for the share's root and for names davgate keeps for itself
   */
  place(path: SharePath): { parent: RealPath; real: RealPath } {
    if (path === '/') throw new Failure('forbidden', 'The root of a share stays where it is.');
    if (hasReservedName(path))
      throw new Failure('forbidden', 'Names that begin with .davgate- are reserved.');
    const parent = this.find(parentOf(path));
    if (parent === undefined || !lstatSync(parent).isDirectory()) {
      throw new Failure('parent-missing', 'The parent collection does not exist.');
    }
    return { parent, real: `${parent}/${nameOf(path)}` };
  }

  /**
   * Where bytes written to `path` must go: like `place`, but a symbolic link that ends inside is followed.
   * @throws Failure as `place`; `forbidden` for a link that leads outside or nowhere
   */
  placeForWriting(path: SharePath): { parent: RealPath; real: RealPath } {
    const place = this.place(path);
    if (!lstatSync(place.real, { throwIfNoEntry: false })?.isSymbolicLink()) return place;
    const real = this.find(path);
    if (real === undefined) throw new Failure('forbidden', 'A symbolic link leads out of this share.');
    return { parent: real.slice(0, real.lastIndexOf('/')), real };
  }

  contains(real: RealPath): boolean {
    return real === this.root || real.startsWith(this.root === '/' ? '/' : `${this.root}/`);
  }
}

function hasReservedName(path: SharePath): boolean {
  return path.includes('/.davgate-') && path.split('/').some(isReservedName);
}
