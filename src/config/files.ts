import { lstatSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** Where a file is or would be, after following the symbolic links in the part of its path that exists. */
export function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathOf(parent), basename(path));
  }
}

export function isAtOrBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * The real path of `path`, as far as it can be known without touching a path that `mayHang`; names after that stay as
 * they are.
 * @param path absolute
 */
export function realPathUpTo(
  path: string,
  mayHang: (path: string) => boolean,
): { readonly path: string; readonly stopped: boolean } {
  let real: string = sep;
  let links = 0;
  const rest = path.split(sep).filter((name) => name !== '');
  if (mayHang(real)) return { path, stopped: true };
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = name === '..' ? dirname(real) : join(real, name);
    if (mayHang(next)) return { path: join(next, ...rest), stopped: true };
    const target = name === '..' || links > mostLinks ? undefined : linkTarget(next);
    if (target === undefined) {
      real = next;
      continue;
    }
    links += 1;
    rest.unshift(...target.split(sep).filter((part) => part !== ''));
    real = sep;
  }
  return { path: real, stopped: false };
}

/** The most symbolic links to follow in a row, as on Linux (path_resolution(7)). */
const mostLinks = 40;

/** The symbolic links that a path goes through, each by its own location. @param path absolute */
export function linksOn(path: string): string[] {
  const links: string[] = [];
  const rest = path.split(sep).filter((name) => name !== '');
  let real: string = sep;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = name === '..' ? dirname(real) : join(real, name);
    const target = name === '..' ? undefined : linkTarget(next);
    if (target === undefined) {
      real = next;
      continue;
    }
    links.push(next);
    if (links.length > mostLinks) break;
    rest.unshift(...target.split(sep).filter((part) => part !== ''));
    real = sep;
  }
  return links;
}

export function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === true;
}

export function isFile(path: string): boolean {
  return statsOf(path)?.isFile() === true;
}

/**
 * Why there is no folder, or no file, at `path`, as far as this process can tell.
 * @param path absolute
 * @param user who this process runs as, such as `the user www-data`
 * @returns what follows the name in a sentence, with a remedy; undefined if it exists
 */
export function absence(kind: 'folder' | 'file', path: string, user: string): string | undefined {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    return reasonOf(error, path, user);
  }
  if (kind === 'folder') return stats.isDirectory() ? undefined : 'is not a folder';
  if (stats.isDirectory()) return 'is a folder, not a file';
  return stats.isFile() ? undefined : 'is not a regular file';
}

function reasonOf(error: unknown, path: string, user: string): string {
  switch (errorCode(error)) {
    case 'EACCES': {
      const closed = closedFolderOn(path) ?? dirname(path);
      return `cannot be reached: ${user} has no permission to enter ${closed} (grant x there with chmod, chown or setfacl)`;
    }
    case 'ENOENT':
      return danglingLink(path) ?? 'does not exist';
    case 'ELOOP':
      return 'is a symbolic link that leads back to itself';
    default:
      return 'does not exist';
  }
}

/** The first folder on the way to `path` that this process may not enter; undefined if it may enter all. */
function closedFolderOn(path: string): string | undefined {
  const parent = dirname(path);
  if (parent === path) return undefined;
  const above = closedFolderOn(parent);
  if (above !== undefined) return above;
  try {
    lstatSync(path);
    const target = linkTarget(path);
    return target === undefined ? undefined : closedFolderOn(target);
  } catch (error) {
    return errorCode(error) === 'EACCES' ? parent : undefined;
  }
}

function danglingLink(path: string): string | undefined {
  const target = linkTarget(path);
  return target === undefined ? undefined : `is a symbolic link to ${target}, which does not exist`;
}

/** Absolute; undefined if `path` is not a symbolic link or cannot be read. */
function linkTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** The code of a system error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Undefined for anything that cannot be reached: missing, below a file, or forbidden. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
