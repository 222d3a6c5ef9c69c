import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ownLists } from './apt-lists.mjs';
import { output, run, which } from './commands.mjs';
import { mayInstall, root, say } from './say.mjs';

/** The cache for files fetched for tests and benchmarks. */
export const cache = join(root, 'node_modules/.cache/davgate');

/**
 * Fetches a package of the distribution and unpacks it without installing: its services do not start, and the installed
 * packages do not change. Keeps it for later runs. Needs no privileges, and does not change apt's own lists.
 * @param release `backports` for the distribution's newer packages; by default, the release that apt would install
 * @returns the folder that replaces the root of the file system; undefined if the package is not available or cannot be
 *   fetched
 */
export function unpackPackage(name, release) {
  const called = release === undefined ? name : `${name}-${release}`;
  const folder = join(cache, called);
  if (existsSync(folder)) return folder;
  if (!mayInstall()) return undefined;
  if (which('apt-get') === undefined || which('dpkg-deb') === undefined) return undefined;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unfinished-'));
  try {
    const options = release === undefined ? [] : listsOf(release, work);
    if (options === undefined) return undefined;
    say(`fetching ${called} for the tests …`);
    const quiet = { cwd: work, stdio: 'ignore' };
    if (!run('apt-get', [...options, '-qq', 'download', name], quiet)) return undefined;
    const file = readdirSync(work).find((entry) => entry.endsWith('.deb'));
    if (file === undefined || !run('dpkg-deb', ['-x', file, 'unpacked'], quiet)) return undefined;
    renameSync(join(work, 'unpacked'), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Options that make apt use only the packages of `<this release>-<release>`, from its usual mirror. */
function listsOf(release, work) {
  const { codename, component, site } = archive() ?? {};
  if (site === undefined) return undefined;
  return ownLists('deb', [`${site} ${codename}-${release} ${component}`], work);
}

/** The archive that apt uses for this release; undefined if there is none. */
export function archive() {
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const targets = output('apt-get', [
    'indextargets',
    '--format',
    '$(CODENAME) $(CREATED_BY) $(COMPONENT) $(SITE)',
  ]);
  const [, , component, site] =
    targets
      .split('\n')
      .map((line) => line.split(' '))
      .find(([name, kind]) => name === codename && kind === 'Packages') ?? [];
  return site === undefined ? undefined : { codename, component, site };
}
