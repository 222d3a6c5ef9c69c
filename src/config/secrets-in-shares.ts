import { sep } from 'node:path';
import type { DatabaseLocation, TlsFiles } from '../database/location.js';
import type { DjangoSite } from '../django/site.js';
import type { Declaration } from './declaration.js';
import { isFolder, linksOn, realPathOf } from './files.js';
import type { CommonShare, Secret } from './kinds/share.js';
import { DeclarationError, placeOf, type Problem } from './problems.js';

/**
 * The files that hold the secrets of a database.
 * @param what what messages call it
 */
export function databaseSecrets(database: DatabaseLocation<TlsFiles>, what: string): Secret[] {
  if (database.kind === 'sqlite') return [{ what, path: database.file }];
  const keyFile = database.server.tls?.keyFile;
  return keyFile === undefined ? [] : [{ what: `the key for ${what}`, path: keyFile }];
}

/** The files of a site that hold its secrets. */
export function siteSecrets({ database }: DjangoSite<TlsFiles>): Secret[] {
  return databaseSecrets(database, 'Django\u2019s database');
}

/**
 * Checks that no share would serve the secrets of the site that was read from the declaration's project.
 * @param file the declaration's file, as the user named it
 * @throws DeclarationError
 */
export function checkSite(
  { shares, positions }: Declaration,
  site: DjangoSite<TlsFiles>,
  file: string,
): void {
  const problems = secretsInShares(shares, siteSecrets(site));
  if (problems.length > 0) throw new DeclarationError(file, problems, positions);
}

/**
 * Files with secrets must not be where a share would serve them, wherever symbolic links lead; nor may a link that leads
 * to them be where a share lets users replace it.
 */
export function secretsInShares(shares: readonly CommonShare[], secrets: readonly Secret[]): Problem[] {
  return shares.flatMap(({ home, isWritten, disk }, index) => {
    if (home?.served !== true) return [];
    // A disk that may hang is not touched; its share serves only a folder that really is there.
    const real = disk?.calls === 'async' ? disk.real : isFolder(home.path) && realPathOf(home.path);
    if (real === false) return [];
    const found = secrets.flatMap(({ what, path, whole = false }) => {
      const at = realPathOf(path);
      const ways = isWritten ? [at, ...linksOn(path)] : [at];
      if (ways.some((way) => isAtOrBelow(real, way))) return [{ says: `contains ${what}`, at }];
      return whole && isAtOrBelow(at, real) ? [{ says: `is inside ${what}`, at }] : [];
    });
    // Something inside another thing that was found need not be reported.
    const outermost = found.filter(
      ({ at }) => !found.some((other) => other.at !== at && isAtOrBelow(other.at, at)),
    );
    return [...new Set(outermost.map(({ says }) => says))].map((says) => ({
      place: placeOf(['shares', index, home.key]),
      message: `${says}, which the share would serve`,
    }));
  });
}

function isAtOrBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
