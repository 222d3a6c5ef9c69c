import { tmpdir } from 'node:os';
import type { Share } from '../../../server/shares/share.js';
import type { Policy } from '../../../src/access/policy.js';
import { resolveShare, shareSchema, type KindName } from '../../../src/config/share-schema.js';
import { LocalStorage } from '../../../src/storage/local/local-storage.js';

// Nothing is served, so any folder will do.
const files = new LocalStorage(tmpdir(), {
  owner: { host: 'here', pid: 1, isAlive: () => true, now: () => 0, unfinished: new Set<string>() },
  durability: 'relaxed',
});

const declarations: Readonly<Partial<Record<KindName, Readonly<Record<string, string>>>>> = {
  static: { root: '.' },
  webdav: { root: '.' },
  svn: { repositories: '.' },
};

/** A share that is declared with this policy, and answers nothing. */
export function unservedShare(kind: KindName, path: string, policy: Policy): Share {
  const declared = resolveShare(shareSchema.parse({ kind, path, ...declarations[kind] }), {
    folder: tmpdir(),
  });
  return {
    declared: { ...declared, policy },
    ...(kind !== 'svn' && { files }),
    ...(kind === 'webdav' && {
      place: (inside, spelling) => ({ storage: files, base: declared.path, path: inside, spelling }),
    }),
    methods: () => Promise.resolve(''),
    serve: () => Promise.reject(new Error('Nothing is served here.')),
    close: () => undefined,
  };
}
