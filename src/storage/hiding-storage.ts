import type { Readable } from 'node:stream';
import { Minimatch } from 'minimatch';
import { Failure } from '../failure.js';
import { parentOf, type SharePath } from '../http/target.js';
import type {
  Arrival,
  Aside,
  DavStorage,
  Entry,
  Unlisted,
  OpenFile,
  RemoveOptions,
  ResourceStat,
  Space,
  WriteOptions,
  Written,
} from './storage.js';

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
 */
export class HidingStorage implements DavStorage {
  readonly #inner: DavStorage;
  readonly #isHidden: (name: string) => boolean;

  constructor(inner: DavStorage, isHidden: (name: string) => boolean) {
    this.#inner = inner;
    this.#isHidden = isHidden;
  }

  #hides(path: SharePath): boolean {
    return path.split('/').some((name) => name !== '' && this.#isHidden(name));
  }

  #refuseHidden(path: SharePath): void {
    if (!this.#hides(path)) return;
    if (this.#hides(parentOf(path)))
      throw new Failure('parent-missing', 'The parent collection does not exist.');
    throw new Failure('forbidden', 'This share does not allow files with such a name.');
  }

  #requireShown(path: SharePath): void {
    if (this.#hides(path)) throw new Failure('not-found', 'There is nothing here.');
  }

  async stat(path: SharePath): Promise<ResourceStat | undefined> {
    return this.#hides(path) ? undefined : this.#inner.stat(path);
  }

  async *list(path: SharePath, onUnlisted?: (why: Unlisted) => void): AsyncGenerator<readonly Entry[]> {
    this.#requireShown(path);
    for await (const batch of this.#inner.list(path, onUnlisted)) {
      const shown = batch.filter(({ name }) => !this.#isHidden(name));
      if (shown.length < batch.length) onUnlisted?.('hidden');
      yield shown;
    }
  }

  async open(path: SharePath): Promise<OpenFile> {
    this.#requireShown(path);
    return this.#inner.open(path);
  }

  async write(path: SharePath, body: Readable, options?: WriteOptions): Promise<Written> {
    this.#refuseHidden(path);
    return this.#inner.write(path, body, options);
  }

  async makeCollection(path: SharePath): Promise<void> {
    this.#refuseHidden(path);
    await this.#inner.makeCollection(path);
  }

  async copyFile(from: SharePath, to: SharePath): Promise<void> {
    this.#requireShown(from);
    this.#refuseHidden(to);
    await this.#inner.copyFile(from, to);
  }

  async rename(from: SharePath, to: SharePath): Promise<boolean> {
    this.#requireShown(from);
    this.#refuseHidden(to);
    return this.#inner.rename(from, to);
  }

  async setAside(path: SharePath, arrival?: Arrival): Promise<Aside | undefined> {
    this.#requireShown(path);
    // Discarding a collection would also remove its hidden members.
    if ((await this.#inner.stat(path))?.kind === 'collection') return undefined;
    return this.#inner.setAside(path, arrival);
  }

  async setModified(path: SharePath, modified: number): Promise<boolean> {
    this.#requireShown(path);
    return this.#inner.setModified(path, modified);
  }

  async remove(path: SharePath, options?: RemoveOptions): Promise<void> {
    this.#requireShown(path);
    await this.#inner.remove(path, options);
  }

  realNames(path: SharePath): Promise<readonly string[]> {
    return this.#inner.realNames(path);
  }

  space(): Promise<Space | undefined> {
    return this.#inner.space();
  }
}
