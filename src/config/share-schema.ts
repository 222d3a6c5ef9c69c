import { z } from 'zod';
import { guardSchema, resolveGuard, type GuardShare } from './kinds/guard.js';
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

/**
 * Makes a share's paths absolute, fills in its defaults and resolves its rules.
 * @param folder of the declaration's file; absolute
 */
export function resolveShare(share: ShareInput, folder: string): DeclaredShare {
  switch (share.kind) {
    case 'static':
      return resolveStatic(share, folder);
    case 'webdav':
      return resolveWebdav(share, folder);
    case 'svn':
      return resolveSvn(share, folder);
    case 'guard':
      return resolveGuard(share);
  }
}
