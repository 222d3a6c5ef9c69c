import type { Declaration } from '../../src/config/declaration.js';
import type { Finding } from '../../src/config/problems.js';
import type { DeclaredShare, KindName } from '../../src/config/share-schema.js';
import type { Machine, Share, ShareKind, ShareParts } from './share.js';
import { guardKind } from './guard.js';
import { staticKind } from './static.js';
import { svnKind } from './svn/svn.js';
import { webdavKind } from './webdav.js';

type DeclaredOf<K extends KindName> = Extract<DeclaredShare, { readonly kind: K }>;

/** All kinds of share. To add one, write its file and its schema, and register it here. */
export const kinds: { readonly [K in KindName]: ShareKind<DeclaredOf<K>> } = {
  static: staticKind,
  webdav: webdavKind,
  svn: svnKind,
  guard: guardKind,
};

/**
 * Opens the declared shares.
 * @throws Failure with what could not be opened, after closing those that were
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

/** What the kinds find wrong with their shares. @param how `look` before every start, `attempt` for `check` */
export async function kindFindings(
  how: 'look' | 'attempt',
  { shares, ...declaration }: Pick<Declaration, 'shares' | 'realm' | 'apache'>,
  environment: Machine['environment'],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const name of kindNames) {
    const kind: ShareKind = kinds[name];
    const ofKind = shares.flatMap((share, index) => (share.kind === name ? [{ share, index }] : []));
    if (ofKind.length > 0)
      findings.push(...((await kind[how]?.(ofKind, { declaration, environment })) ?? []));
  }
  return findings;
}

const kindNames = Object.keys(kinds).filter((name): name is KindName => name in kinds);
