import type { ResourceStat, WriteOptions } from '../../src/storage/storage.js';

/** Has a write ask `check`, with what is there, right before it takes the place. */
export function checking(check: (standing: ResourceStat | undefined) => void): Pick<WriteOptions, 'ready'> {
  return {
    ready: () =>
      Promise.resolve((standing) => {
        check(standing);
        return undefined;
      }),
  };
}
