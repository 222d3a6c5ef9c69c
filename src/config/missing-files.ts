import { resolve } from 'node:path';
import type { DjangoDeclaration } from './declaration.js';
import { absence } from './files.js';
import { placeOf, type Problem } from './problems.js';
import type { DjangoInput } from './schema.js';
import type { ShareInput } from './share-schema.js';
import { wrongSvnFolder } from './svn-folders.js';

/** Against what names in a declaration are looked up. */
export interface Surroundings {
  /** The folder of the declaration's file; absolute. */
  readonly folder: string;
  /** Who this process runs as, such as `the user www-data`. */
  readonly user: string;
}

/** The folders and files that a share names and that are not there, or not what they must be. */
export function missingInShare(share: ShareInput, index: number, { folder, user }: Surroundings): Problem[] {
  const problem = (key: string, message: string): Problem => ({
    place: placeOf(['shares', index, key]),
    message,
  });
  const missing = (kind: 'folder' | 'file', key: string, value: string | undefined): Problem[] => {
    if (value === undefined) return [];
    const fault = absence(kind, resolve(folder, value), user);
    return fault === undefined ? [] : [problem(key, `the ${kind} ${value} ${fault}`)];
  };
  if (share.kind !== 'svn') return missing('folder', 'root', share.root);
  const source = (key: 'repositories' | 'repository'): Problem[] => {
    const value = share[key];
    if (value === undefined) return [];
    const absent = missing('folder', key, value);
    if (absent.length > 0) return absent;
    const fault = wrongSvnFolder(key, resolve(folder, value));
    return fault === undefined ? [] : [problem(key, `the folder ${value} ${fault}`)];
  };
  return [
    ...source('repositories'),
    ...source('repository'),
    ...missing('file', 'upstreamSecretFile', share.upstreamSecretFile),
    ...missing('file', 'authz', share.authz),
  ];
}

/** The folder or the file of the site, where it is not there. @param input as it stands in the file */
export function missingSite(
  input: DjangoInput,
  django: DjangoDeclaration,
  { user }: Pick<Surroundings, 'user'>,
): Problem[] {
  if (django.kind === 'project') {
    const fault = absence('folder', django.project, user);
    const named = 'project' in input ? input.project : '';
    return fault === undefined ? [] : [{ place: 'django.project', message: `the folder ${named} ${fault}` }];
  }
  const { database } = django.site;
  const fault = database.kind === 'sqlite' ? absence('file', database.file, user) : undefined;
  const named = 'database' in input ? input.database.slice('sqlite:'.length) : '';
  return fault === undefined ? [] : [{ place: 'django.database', message: `the file ${named} ${fault}` }];
}
