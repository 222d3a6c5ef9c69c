import { foldedPath } from '../../src/access/folded-path.js';
import type { Spelling } from '../../src/http/spelling.js';
import {
  isSameOrBelow,
  join,
  serverPathOf,
  within,
  type ServerPath,
  type SharePath,
} from '../../src/http/target.js';
import { decomposedByMac, findForMac } from '../../src/storage/decomposed-names.js';
import type { Found, Located, Locator, Share } from './share.js';

/** A declared share, as far as its place goes. */
type Placed = Pick<Share['declared'], 'path' | 'servedElsewhere'>;

/** The declared share that contains `path`, and the path inside it; of shares inside each other the innermost. */
export function holderOf<S extends Pick<Placed, 'path'>>(
  shares: readonly S[],
  path: ServerPath,
): { readonly share: S; readonly inside: SharePath } | undefined {
  const share = longestFirst(shares).find((each) => isSameOrBelow(each.path, path));
  const inside = share && within(share.path, path);
  return share && inside !== undefined ? { share, inside } : undefined;
}

/** Whether `path` is a collection of shares: the root, or `/a` if there is a share at `/a/b`. */
export function isAboveShares(shares: readonly Placed[], path: ServerPath): boolean {
  if (path === '/') return true;
  return shares.some(
    (share) => !share.servedElsewhere && share.path !== path && isSameOrBelow(path, share.path),
  );
}

function longestFirst<S extends Pick<Placed, 'path'>>(shares: readonly S[]): readonly S[] {
  return [...shares].sort((one, other) => other.path.length - one.path.length);
}

/** The open shares, by path. */
export class ShareMap implements Locator {
  #shares: readonly Share[] = [];
  #longestFirst: readonly Share[] = [];
  #served: readonly Share[] = [];
  #declared: readonly Share['declared'][] = [];

  /** In the order of the declaration, guards included. */
  get all(): readonly Share[] {
    return this.#shares;
  }

  get declared(): readonly Share['declared'][] {
    return this.#declared;
  }

  /** Call once, when all shares are open. */
  fill(shares: readonly Share[]): void {
    this.#shares = shares;
    this.#declared = shares.map(({ declared }) => declared);
    this.#served = shares.filter(({ declared }) => !declared.servedElsewhere);
    const all = new Map(shares.map((share) => [share.declared, share]));
    this.#longestFirst = longestFirst(this.#declared).flatMap((declared) => all.get(declared) ?? []);
  }

  /** The share that davgate serves there; what a guard holds is none. */
  locate(path: ServerPath): Located | undefined {
    const located = this.#holder(path);
    return located?.share.declared.servedElsewhere ? undefined : located;
  }

  /** The guard that holds `path`, unless a share that davgate serves lies between, in whatever spelling. */
  locateGuard(path: ServerPath): Located | undefined {
    const located = this.#holder(path);
    if (!located?.share.declared.servedElsewhere) return undefined;
    const guard = located.share.declared.path;
    const inside = this.#served.filter(({ declared }) => isSameOrBelow(guard, declared.path));
    if (inside.length === 0) return located;
    const folded = foldedPath(path);
    return inside.some(({ declared }) => isSameOrBelow(foldedPath(declared.path), folded))
      ? undefined
      : located;
  }

  #holder(path: ServerPath): Located | undefined {
    const share = this.#longestFirst.find(({ declared }) => isSameOrBelow(declared.path, path));
    const inside = share && within(share.declared.path, path);
    return share && inside !== undefined ? { share, path, inside } : undefined;
  }

  isAbove(path: ServerPath): boolean {
    return isAboveShares(this.#declared, path);
  }

  /**
   * What a client means by a path. It is taken literally, except that macOS decomposes the names that it was shown
   * (docs/decisions/0009-names.md).
   */
  find(path: ServerPath, userAgent: string | undefined): Found | Promise<Found> {
    return isMac(path, userAgent) ? this.#findByMac(path) : { path, located: this.locate(path) };
  }

  /** As `find`, as far as that can be told without a look at the files of a share. */
  named(path: ServerPath, userAgent: string | undefined): Found {
    const named = isMac(path, userAgent) ? this.#bySharePath(path) : path;
    return { path: named, located: this.locate(named) };
  }

  async #findByMac(asked: ServerPath): Promise<Found> {
    const named = this.#bySharePath(asked);
    const located = this.locate(named);
    const files = located?.share.files;
    // Subversion defines the names in a repository, and Apache receives the target as the client wrote it.
    if (!located || !files) return { path: named, located };
    const { share } = located;
    const inside = await findForMac(files, located.inside);
    const path = join(share.declared.path, inside);
    // What it is really called may be what a guard holds.
    if (this.#holder(path)?.share !== share) return { path, located: this.locate(path) };
    return { path, located: { share, path, inside, ...spellingOf(asked, path) } };
  }

  /** The path with the declared spelling of the share that contains it, or of the folders above the share. */
  #bySharePath(asked: ServerPath): ServerPath {
    if (this.locate(asked) || this.isAbove(asked)) return asked;
    for (const { files, declared } of this.#served) {
      const decomposed = decomposedByMac(declared.path);
      if (isSameOrBelow(decomposed, asked) && files) {
        return serverPathOf(declared.path + asked.slice(decomposed.length));
      }
      if (isSameOrBelow(asked, decomposed)) {
        return serverPathOf(declared.path.split('/').slice(0, asked.split('/').length).join('/'));
      }
    }
    return asked;
  }
}

/** Whether a path may be spelled as macOS's file system does. */
function isMac(path: string, userAgent: string | undefined): boolean {
  return userAgent?.startsWith('WebDAVFS/') === true && !isAscii(path);
}

function isAscii(path: string): boolean {
  return /^[ -~]*$/.test(path);
}

function spellingOf(asked: ServerPath, real: ServerPath): { readonly spelling?: Spelling } {
  return asked === real ? {} : { spelling: { asked, real } };
}
