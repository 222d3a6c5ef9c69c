import type { DeclaredShare, KindName } from '../../src/config/share-schema.js';
import type { Share, ShareKind, ShareParts } from './share.js';
import { staticKind } from './static.js';
import { svnKind } from './svn/svn.js';
import { webdavKind } from './webdav.js';

type DeclaredOf<K extends KindName> = Extract<DeclaredShare, { readonly kind: K }>;

/** All kinds of share. A further one is a file of its own, its schema, and an entry here. */
export const kinds: { readonly [K in KindName]: ShareKind<DeclaredOf<K>> } = {
  static: staticKind,
  webdav: webdavKind,
  svn: svnKind,
};

/**
 * Opens the declared shares.
 * @throws Failure with what could not be opened; then none is open
 */
export async function openShares(
  declared: readonly DeclaredShare[],
  parts: ShareParts,
): Promise<readonly Share[]> {
  const open = new Map<DeclaredShare, Share>();
  try {
    for (const name of kindNames) {
      const kind: ShareKind = kinds[name];
      const ofKind = declared.filter((share) => share.kind === name);
      for (const share of await kind.open(ofKind, parts)) open.set(share.declared, share);
    }
  } catch (error) {
    for (const share of open.values()) await share.close();
    throw error;
  }
  return declared.flatMap((each) => open.get(each) ?? []);
}

const kindNames: readonly KindName[] = ['static', 'webdav', 'svn'];
