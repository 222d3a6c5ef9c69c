import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ownLists } from './apt-lists.mjs';
import { output, run } from './commands.mjs';
import { mayInstall, say } from './say.mjs';
import { cache } from './unpacked-packages.mjs';

/**
 * Fetches the original sources of an installed package of the distribution, without the distribution's patches, and
 * unpacks them. Keeps them for later runs.
 * @returns the folder; undefined if the sources are not available or cannot be fetched
 */
export function unpackSources(name) {
  const [source, version] = output('dpkg-query', [
    '--show',
    '--showformat=${source:Package} ${source:Version}',
    name,
  ]).split(' ');
  if (version === undefined) return undefined;
  const folder = join(cache, `${source}-sources-${version}`);
  if (existsSync(folder)) return folder;
  if (!mayInstall()) return undefined;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unfinished-'));
  try {
    say(`fetching the sources of ${source} ${version} …`);
    const options = ownLists('deb-src', originsOf(name), work);
    if (options === undefined) return undefined;
    const quiet = { cwd: work, stdio: 'ignore' };
    const fetch = ['-qq', 'source', '--download-only', `${source}=${version}`];
    if (!run('apt-get', [...options, ...fetch], quiet)) return undefined;
    const archive = readdirSync(work).find((entry) => /\.orig\.tar\.\w+$/.test(entry));
    mkdirSync(join(work, 'unpacked'));
    const unpack = ['--extract', '--strip-components=1', '--directory=unpacked', '--file', archive];
    if (archive === undefined || !run('tar', unpack, quiet)) return undefined;
    renameSync(join(work, 'unpacked'), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The places where apt finds a package and its sources, each as `SITE SUITE COMPONENT`. */
function originsOf(name) {
  const lines = output('apt-cache', ['madison', name]).split('\n');
  return [...new Set(lines.flatMap((line) => origin(line) ?? []))];
}

/** Parses a line: `NAME | VERSION | SITE SUITE/COMPONENT ARCHITECTURE Packages`. */
function origin(line) {
  const [, site, suite, component] = /\| (\S+) (\S+?)\/(\S+) \S+ Packages$/.exec(line.trim()) ?? [];
  return site === undefined ? undefined : `${site} ${suite} ${component}`;
}
