import { paced } from '../async/paced.js';
import { child, type SharePath } from '../http/target.js';
import type { Entry, ReadableStorage } from '../storage/storage.js';

/** The members of a collection that the user may know of, in the storage's own batches; users take turns. */
export async function* visibleEntries(
  storage: ReadableStorage,
  path: SharePath,
  mayRead: (path: SharePath) => boolean,
  owner?: string,
): AsyncGenerator<readonly Entry[]> {
  for await (const batch of paced(storage.list(path), owner)) {
    yield batch.filter(({ name }) => {
      const member = child(path, name);
      return member !== undefined && mayRead(member);
    });
  }
}
