import { Failure } from '../failure.js';
import {
  child,
  isSameOrBelow,
  join,
  nameOf,
  rootPath,
  type ServerPath,
  type SharePath,
} from '../http/target.js';
import type { CollectionStat, Entry, OpenFile, ReadableStorage } from '../storage/storage.js';
import type {
  MemberProperties,
  MemberRun,
  PropertyMap,
  PropertyReader,
} from './properties/property-store.js';
import { escapeText } from '../xml/escape.js';

interface ShareMember {
  readonly path: ServerPath;
  /** The stat of the share's root; undefined if it is not known. */
  readonly stat: () => Promise<CollectionStat | undefined>;
}

/**
 * The collections above a user's shares: `/`, and `/a` if there is a share at `/a/b`. They contain only the shares and
 * report each one's name as its displayname.
 */
export class ShareCollection implements ReadableStorage, PropertyReader {
  readonly #shares: readonly ShareMember[];
  readonly #otherwise: CollectionStat;

  /**
   * @param shares the shares that the user may read
   * @param since when the shares became what they are, in milliseconds since the epoch
   */
  constructor(shares: readonly ShareMember[], since: number) {
    this.#shares = shares;
    this.#otherwise = { kind: 'collection', modified: since, created: since };
  }

  async stat(path: SharePath): Promise<CollectionStat | undefined> {
    const where = join(rootPath, path);
    const share = this.#shares.find((candidate) => candidate.path === where);
    if (share) return (await share.stat()) ?? this.#otherwise;
    return where === '/' || this.#members(path).size > 0 ? this.#otherwise : undefined;
  }

  async *list(path: SharePath): AsyncGenerator<readonly Entry[]> {
    if (!(await this.stat(path))) throw new Failure('not-found', 'There is nothing here.');
    const entries: Entry[] = [];
    for (const [name, member] of this.#members(path)) {
      const stat = await this.stat(member);
      if (stat) entries.push({ name, stat });
    }
    yield entries;
  }

  open(): Promise<OpenFile> {
    return Promise.reject(new Failure('not-found', 'There is no file here.'));
  }

  get(path: ServerPath): Promise<PropertyMap> {
    return Promise.resolve(path === '/' ? new Map() : named(nameOf(path)));
  }

  members(): Promise<MemberProperties> {
    const of = async function* (paths: readonly ServerPath[]): AsyncGenerator<MemberRun> {
      yield await Promise.resolve({
        paths: paths.length,
        found: new Map(paths.map((path) => [path, named(nameOf(path))])),
      });
    };
    return Promise.resolve({ of });
  }

  /** The direct members of the collection at `path`, by name. */
  #members(path: SharePath): ReadonlyMap<string, SharePath> {
    const found = new Map<string, SharePath>();
    for (const { path: share } of this.#shares) {
      if (share === join(rootPath, path) || !isSameOrBelow(path, share)) continue;
      const [name = ''] = share.slice(path === '/' ? 1 : path.length + 1).split('/', 1);
      const member = child(path, name);
      if (member !== undefined) found.set(name, member);
    }
    return found;
  }
}

/** The share's name as the property that file managers show. */
function named(name: string): PropertyMap {
  return new Map([
    ['{DAV:}displayname', `<D:displayname xmlns:D="DAV:">${escapeText(name)}</D:displayname>`],
  ]);
}
