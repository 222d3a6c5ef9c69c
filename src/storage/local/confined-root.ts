import { opendirSync, realpathSync, type Stats } from 'node:fs';
import { Failure, isFailure } from '../../failure.js';
import { nameOf, parentOf, type SharePath } from '../../http/target.js';
import { reachOf, type Held, type Reach, type RealPath } from './held.js';
import { below, movedAway, nothingHere, Occupied, Place } from './place.js';
import { isRespelled, Spelling, tellsCase } from './spelling.js';
import { isLikeReservedName, isReservedName } from './reserved-names.js';

/** `hidden`: symbolic links are treated as if they did not exist, wherever they lead. */
export type Links = 'followed' | 'hidden';

interface RootOptions {
  readonly links: Links;
  /** Default: the best that this system supports. */
  readonly reach: Reach | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Looks up share paths in a folder and nothing outside it. What it finds is held open and was inside at that moment;
 * where the path leads afterwards does not matter. Follows symbolic links that end inside. If the file system accepts
 * a name that differs from the file's own, for example in letter case, the file is treated as if it did not exist.
 */
export class ConfinedRoot {
  readonly root: RealPath;
  readonly reach: Reach;
  readonly #links: Links;
  readonly #spelling: Spelling;

  /** @throws Failure `unavailable` if there is no such folder */
  constructor(folder: string, { links, reach, now }: RootOptions) {
    this.#links = links;
    try {
      this.root = realpathSync.native(folder);
      opendirSync(this.root).closeSync();
    } catch (cause) {
      throw new Failure('unavailable', 'The folder of this share is missing.', { cause });
    }
    this.reach = reach ?? reachOf(this.root);
    this.#spelling = new Spelling(this.reach, now);
  }

  /** What is at `path`; undefined if nothing is there or it lies outside. The caller closes it. */
  find(path: SharePath): Held | undefined {
    if (path === '/') return this.hold();
    if (hasReservedName(path)) return undefined;
    const asked = this.root === '/' ? path : this.root + path;
    const slash = asked.lastIndexOf('/');
    if (!this.#spelling.isKnown(asked.slice(0, slash) || '/', asked.slice(slash + 1)))
      return this.reach.isMissing(asked) ? undefined : this.#walk(path);
    const held = this.reach.hold(asked, 'followed');
    if (!held || this.reach.isAsked(held.real, asked)) return held;
    held.close();
    return this.#links === 'hidden' ? undefined : this.#walk(path);
  }

  /** The root itself; undefined while it does not exist. The caller closes it. */
  hold(): Held | undefined {
    const held = this.reach.hold(this.root, 'held');
    if (!held || held.real === this.root) return held;
    held.close();
    return undefined;
  }

  /** Walks from the root step by step: slower, but sees how each name is spelled. */
  #walk(path: SharePath): Held | undefined {
    let folder = this.hold();
    let known = true;
    for (const name of path.slice(1).split('/')) {
      if (!folder) return undefined;
      using parent = folder;
      const spelled = { alone: false };
      folder = this.#member(parent, name, spelled);
      known &&= spelled.alone && folder?.real === below(parent.real, name);
      if (known) this.#spelling.learn(parent.real, name);
    }
    return folder;
  }

  /**
   * What has a name in a held folder, for a link its target; undefined if nothing is there or it lies outside. The
   * caller closes it.
   */
  member(folder: Held, name: string): Held | undefined {
    return this.#member(folder, name, { alone: false });
  }

  #member(folder: Held, name: string, spelled: { alone: boolean }): Held | undefined {
    const path = `${folder.path}/${name}`;
    const own = this.reach.hold(path, 'held');
    if (!own) return undefined;
    if (!this.#isItself(folder, name, own, spelled)) {
      own.close();
      return undefined;
    }
    if (!own.stats().isSymbolicLink()) return own;
    own.close();
    if (this.#links === 'hidden') return undefined;
    const target = this.reach.hold(path, 'followed');
    if (!target || this.#serves(target.real)) return target;
    target.close();
    return undefined;
  }

  #isItself(folder: Held, name: string, own: Held, spelled: { alone: boolean }): boolean {
    // It may be gone, or the folder may have moved.
    if (!this.reach.isAsked(own.real, below(folder.real, name))) return false;
    if (this.#spelling.isKnown(folder.real, name)) {
      spelled.alone = true;
      return true;
    }
    const look = this.#spelling.look(folder, name);
    spelled.alone = look === 'alone';
    return look !== 'other';
  }

  /**
   * What is at a place itself, visible or not; undefined if nothing is.
   * @throws Failure `conflict` if something has this name in another spelling
   */
  standing({ folder, name }: Place): Stats | undefined {
    const path = `${folder.path}/${name}`;
    // Keep the usual case cheap: nothing is there.
    using own = this.reach.isThere(path) ? this.reach.hold(path, 'held') : undefined;
    if (!own) return undefined;
    if (this.#isItself(folder, name, own, { alone: false })) return own.stats();
    if (!isRespelled(own.real, below(folder.real, name))) throw movedAway();
    throw new Failure('conflict', 'Something whose name differs only in spelling already exists here.');
  }

  /**
   * The place of the name `path`, whether something is there or not.
   * @throws Failure `parent-missing`; `forbidden` for the share's root and for names that davgate reserves
   */
  place(path: SharePath): Place {
    if (path === '/')
      throw new Failure('forbidden', 'The root of a share cannot be moved, replaced or removed.');
    if (hasReservedName(path)) throw nameIsReserved();
    const folder = this.find(parentOf(path));
    if (folder?.stats().isDirectory()) return new Place(folder, nameOf(path));
    folder?.close();
    throw new Failure('parent-missing', 'The parent collection does not exist.');
  }

  /**
   * The place of something new; refuses a name that this folder would take for one that davgate reserves.
   * @throws Failure as `place`
   */
  placeForNew(path: SharePath): Place {
    const place = this.place(path);
    if (!isLikeReservedName(place.name) || tellsCase(this.reach, place.folder)) return place;
    place.close();
    throw nameIsReserved();
  }

  /** Something that exists, with its place. @throws Failure `not-found`; `forbidden` for the share's root */
  occupied(path: SharePath): Occupied {
    if (hasReservedName(path)) throw nothingHere();
    const place = this.#placeOfOld(path);
    try {
      const held = this.member(place.folder, place.name);
      if (!held) throw nothingHere();
      return new Occupied(place, held);
    } catch (error) {
      place.close();
      throw error;
    }
  }

  #placeOfOld(path: SharePath): Place {
    try {
      return this.place(path);
    } catch (error) {
      throw isFailure(error, 'parent-missing') ? nothingHere() : error;
    }
  }

  /**
   * Where bytes written to `path` must go: like `place`, but follows a symbolic link that ends inside.
   * @throws Failure as `place` and `standing`; `forbidden` for a link that leads outside or nowhere;
   *   `method-not-allowed` if something other than a file is there
   */
  placeForWriting(path: SharePath): Place {
    const place = this.placeForNew(path);
    try {
      const standing = this.standing(place);
      if (!standing?.isSymbolicLink()) {
        requireFile(standing);
        return place;
      }
      using target = this.member(place.folder, place.name);
      if (!target) throw new Failure('forbidden', 'This symbolic link leads out of the share.');
      requireFile(target.stats());
      const followed = this.#placeOf(target.real);
      place.close();
      return followed;
    } catch (error) {
      place.close();
      throw error;
    }
  }

  #placeOf(real: RealPath): Place {
    const slash = real.lastIndexOf('/');
    const parent = real.slice(0, slash) || '/';
    const folder = this.reach.hold(parent, 'held');
    if (folder?.real === parent) return new Place(folder, real.slice(slash + 1));
    folder?.close();
    throw movedAway();
  }

  /** Call this after folders have moved. */
  moved(): void {
    this.#spelling.forget();
  }

  #serves(real: RealPath): boolean {
    if (real === this.root) return true;
    const root = this.root === '/' ? '' : this.root;
    return real.startsWith(`${root}/`) && !hasReservedName(real.slice(root.length));
  }
}

function nameIsReserved(): Failure {
  return new Failure('forbidden', 'Names that begin with .davgate- are reserved.');
}

function requireFile(stats: Stats | undefined): void {
  if (stats && !stats.isFile())
    throw new Failure('method-not-allowed', 'Something that is not a file already exists here.');
}

function hasReservedName(path: string): boolean {
  return path.includes('/.davgate-') && path.split('/').some(isReservedName);
}
