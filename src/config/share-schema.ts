import { z } from 'zod';
import { guardSchema, resolveGuard, type GuardShare } from './kinds/guard.js';
import type { Surroundings } from './kinds/share.js';
import { resolveStatic, staticSchema, type StaticShare } from './kinds/static.js';
import { oneOf } from './problems.js';
import { resolveSvn, svnSchema, type SvnShare } from './kinds/svn.js';
import { resolveWebdav, webdavSchema, type WebdavShare } from './kinds/webdav.js';

const schemas = [staticSchema, webdavSchema, svnSchema, guardSchema] as const;

export const shareSchema = z.discriminatedUnion('kind', schemas, {
  error: () => `must be ${oneOf(schemas.map(({ shape }) => JSON.stringify(shape.kind.value)))}`,
});

type ShareInput = z.infer<typeof shareSchema>;

export type DeclaredShare = StaticShare | WebdavShare | SvnShare | GuardShare;

export type KindName = DeclaredShare['kind'];

/** Makes a share's paths absolute, fills in its defaults and resolves its rules. */
export function resolveShare(share: ShareInput, surroundings: Surroundings): DeclaredShare {
  switch (share.kind) {
    case 'static':
      return resolveStatic(share, surroundings);
    case 'webdav':
      return resolveWebdav(share, surroundings);
    case 'svn':
      return resolveSvn(share, surroundings);
    case 'guard':
      return resolveGuard(share);
  }
}
