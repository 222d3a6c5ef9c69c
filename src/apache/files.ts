import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isFolder } from '../config/files.js';
import { Failure } from '../failure.js';
import type { Include, SourceFile } from './syntax.js';
import { matchesWildcard } from './words.js';

const mostBytes = { file: 1 << 20, all: 8 << 20, script: 1 << 16 } as const;
const mostMatches = 256;

/** A configuration and what it may include: files inside its own folder, by whatever links. */
interface ConfigurationFiles {
  readonly main: SourceFile;
  readonly include: Include;
}

/** @throws Failure if the file cannot be read or is too large */
export function configurationFiles(path: string): ConfigurationFiles {
  const folder = dirname(resolve(path));
  let left: number = mostBytes.all;
  const read = (file: string): string | undefined => {
    const text = readSmall(file, mostBytes.file);
    left -= text?.length ?? 0;
    if (left < 0) throw new Failure('too-large', 'The configuration includes too much text.');
    return text;
  };
  const text = read(resolve(path));
  if (text === undefined) {
    throw new Failure('not-found', `${path} cannot be read, is not a regular file, or is larger than 1 MiB.`);
  }
  const include: Include = (pattern, root = folder) => {
    const full = isAbsolute(pattern) ? resolve(pattern) : resolve(folder, root, pattern);
    if (!isInside(folder, full)) return 'lies outside the folder of the configuration and was not read';
    if (/[[\]\\]/.test(pattern)) return 'has a pattern of another kind than * and ? and was not read';
    const names = relative(folder, full).split(sep);
    if (names.length > 16 || full.length > 1024) return 'is too long and was not read';
    const found = matching(folder, names);
    if (found.length > mostMatches) return `names more than ${mostMatches} files and was not read`;
    const files: SourceFile[] = [];
    for (const file of found) {
      if (!isInside(realOf(folder), realOf(file))) {
        return `leads to ${file}, outside the folder of the configuration, and was not read`;
      }
      const included = read(file);
      if (included === undefined) return `names ${file}, which cannot be read, and was not read`;
      files.push({ name: relative(folder, file), text: included });
    }
    return files;
  };
  return { main: { name: basename(path), text }, include };
}

/** The text of a script that a configuration names; undefined if it cannot be read or is no small file. */
export function readScript(path: string): string | undefined {
  return isAbsolute(path) ? readSmall(path, mostBytes.script) : undefined;
}

function readSmall(path: string, most: number): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= most ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Files that the names lead to, in the order of their names; all files of a folder that they name. */
function matching(folder: string, names: readonly string[]): string[] {
  let places = [folder];
  for (const name of names) {
    places = places.flatMap((place) =>
      /[*?]/.test(name)
        ? namesIn(place)
            .filter((each) => !each.startsWith('.') && matchesWildcard(name, each))
            .map((each) => join(place, each))
        : [join(place, name)],
    );
    if (places.length > mostMatches) return places;
  }
  return places.flatMap((place) => {
    if (!isFolder(place)) return existsSync(place) ? [place] : [];
    return namesIn(place).map((name) => join(place, name));
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
