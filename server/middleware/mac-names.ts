import type { IncomingMessage } from 'node:http';
import type { Spelling } from '../../src/http/spelling.js';
import { isSameOrBelow, join, serverPathOf, type ServerPath } from '../../src/http/target.js';
import { decomposedByMac, findForMac } from '../../src/storage/decomposed-names.js';
import { isAboveShares, locate, type Located, type MountedShare } from '../shares.js';
import { known, type Middleware } from '../state.js';

/** What a path of a client's leads to. */
export interface Found {
  readonly path: ServerPath;
  /** Undefined where the path lies in no share. */
  readonly located: Located | undefined;
}

/** Finds what a client means by a path. */
export type Finder = (path: ServerPath) => Found | Promise<Found>;

/**
 * How what this client asks for is found: by the names that it writes, but for macOS's file system, which takes the
 * names apart that it was shown (docs/decisions/0009-names.md).
 */
export function finderFor({ headers }: IncomingMessage, shares: readonly MountedShare[]): Finder {
  const isMac = headers['user-agent']?.startsWith('WebDAVFS/') === true;
  return isMac ? (path) => findByMac(shares, path) : (path) => ({ path, located: locate(shares, path) });
}

/**
 * Finds the file that a Mac means before any rule is asked: a rule governs the path that is served. Hrefs keep the
 * spelling that was asked for.
 */
export function macNames(shares: readonly MountedShare[]): Middleware {
  return ({ req, state }, next) => {
    const target = known(state.target);
    if (isAscii(target.path)) return next();
    const found = finderFor(req, shares)(target.path);
    if (!(found instanceof Promise)) return next();
    return found.then(({ path, located }) => {
      if (path !== target.path) {
        state.target = { ...target, path };
        state.spelling = { asked: target.path, real: path };
        if (located) state.located = located;
      }
      return next();
    });
  };
}

function isAscii(path: string): boolean {
  return /^[ -~]*$/.test(path);
}

async function findByMac(shares: readonly MountedShare[], asked: ServerPath): Promise<Found> {
  const named = bySharePath(shares, asked);
  const located = locate(shares, named);
  // Names in a repository are Subversion's, and the target goes to Apache as it was written.
  if (!located || located.share.kind === 'svn') return { path: named, located };
  const { share } = located;
  const inside = await findForMac(share.storage, located.inside);
  const path = join(share.declared.path, inside);
  return { path, located: { share, path, inside, ...spellingOf(asked, path) } };
}

function spellingOf(asked: ServerPath, real: ServerPath): { readonly spelling?: Spelling } {
  return asked === real ? {} : { spelling: { asked, real } };
}

/** The path with the names of the share that it leads to, or to the folders above it, as they were declared. */
function bySharePath(shares: readonly MountedShare[], asked: ServerPath): ServerPath {
  if (locate(shares, asked) || isAboveShares(shares, asked)) return asked;
  for (const { kind, declared } of shares) {
    const decomposed = decomposedByMac(declared.path);
    if (isSameOrBelow(decomposed, asked) && kind !== 'svn') {
      return serverPathOf(declared.path + asked.slice(decomposed.length));
    }
    if (isSameOrBelow(asked, decomposed)) {
      return serverPathOf(declared.path.split('/').slice(0, asked.split('/').length).join('/'));
    }
  }
  return asked;
}
