import { Minimatch } from 'minimatch';
import { Failure } from '../failure.js';
import { parentOf, type SharePath } from '../http/target.js';
import type { DavStorage } from './storage.js';

/** Tells whether one of these patterns hides a name: `*`, `?`, `[…]` and `{a,b}`, each for a whole name. */
export function hiddenNames(patterns: readonly string[]): (name: string) => boolean {
  const matchers = patterns.map(
    (pattern) =>
      new Minimatch(pattern.normalize('NFC'), {
        dot: true,
        nocomment: true,
        nonegate: true,
        platform: 'linux',
      }),
  );
  return (name) => matchers.some((matcher) => matcher.match(name.normalize('NFC')));
}

/**
 * Storage that hides some names and refuses to create them. A user who does not see a hidden member cannot remove the
 * collection that contains it; a move takes the hidden member along.
 * @param patterns of the names, as in {@link hiddenNames}; undefined: all of `inner` is shown
 */
export function hidingStorage(patterns: readonly string[] | undefined, inner: DavStorage): DavStorage {
  if (patterns === undefined) return inner;
  const isHidden = hiddenNames(patterns);
  const hides = (path: SharePath): boolean => path.split('/').some((name) => name !== '' && isHidden(name));
  const refuseHidden = (path: SharePath): void => {
    if (!hides(path)) return;
    if (hides(parentOf(path))) throw new Failure('parent-missing', 'The parent collection does not exist.');
    throw new Failure('forbidden', 'This share does not allow files with such a name.');
  };
  const requireShown = (path: SharePath): void => {
    if (hides(path)) throw new Failure('not-found', 'There is nothing here.');
  };
  return {
    stat: async (path) => (hides(path) ? undefined : inner.stat(path)),
    async *list(path, onUnlisted) {
      requireShown(path);
      for await (const batch of inner.list(path, onUnlisted)) {
        const shown = batch.filter(({ name }) => !isHidden(name));
        if (shown.length < batch.length) onUnlisted?.('hidden');
        yield shown;
      }
    },
    open: async (path) => {
      requireShown(path);
      return inner.open(path);
    },
    write: async (path, body, options) => {
      refuseHidden(path);
      return inner.write(path, body, options);
    },
    makeCollection: async (path) => {
      refuseHidden(path);
      await inner.makeCollection(path);
    },
    copyFile: async (from, to) => {
      requireShown(from);
      refuseHidden(to);
      await inner.copyFile(from, to);
    },
    rename: async (from, to) => {
      requireShown(from);
      refuseHidden(to);
      return inner.rename(from, to);
    },
    setAside: async (path, arrival) => {
      requireShown(path);
      // Discarding a collection would also remove its hidden members.
      if ((await inner.stat(path))?.kind === 'collection') return undefined;
      return inner.setAside(path, arrival);
    },
    setModified: async (path, modified) => {
      requireShown(path);
      return inner.setModified(path, modified);
    },
    remove: async (path, options) => {
      requireShown(path);
      await inner.remove(path, options);
    },
    realNames: (path) => inner.realNames(path),
    space: () => inner.space(),
  };
}
