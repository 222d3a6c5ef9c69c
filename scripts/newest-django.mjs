import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ownLists } from './apt-lists.mjs';
import { run, which } from './commands.mjs';
import { mayInstall, say } from './say.mjs';
import { archive, cache } from './unpacked-packages.mjs';

/** Django, and the packages for the databases and hashers in the tests. */
const packages = [
  'python3-django/experimental',
  'python3-psycopg2',
  'python3-pymysql',
  'python3-argon2',
  'python3-bcrypt',
];

/** Runs the unpacked Python with the unpacked C library. It finds its modules relative to itself. */
const program = `#!/bin/sh
root=$(dirname "$(readlink -f "$0")")
exec "$root"/usr/lib64/ld-linux-*.so.* --library-path "$(echo "$root"/usr/lib/*-linux-gnu)" \\
  --argv0 "$root/usr/bin/python3" "$root/usr/bin/python3" "$@"
`;

/** Debian's mysqlclient is too old for this Django, so PyMySQL replaces it through its install_as_MySQLdb. */
const mysqlClient = `import pymysql


def connect(*args, password="", **kwargs):
    # By itself it takes passwords for Latin-1.
    return pymysql.Connection(*args, password=password.encode(), **kwargs)


pymysql.connect = connect
pymysql.version_info = (2, 2, 1, "final", 0)
pymysql.install_as_MySQLdb()
`;

/**
 * Fetches the newest Django in Debian (suites unstable and experimental) with the Python that it needs. Unpacks them
 * without installing, and keeps them for later runs.
 * @returns the Python to run; undefined if the packages are not available or cannot be fetched
 */
export function unpackNewestDjango() {
  const folder = join(cache, 'newest-django');
  const python = join(folder, 'python');
  if (existsSync(python)) return python;
  if (!mayInstall() || which('apt-get') === undefined || which('dpkg-deb') === undefined) return undefined;
  const { site, component } = archive() ?? {};
  if (site === undefined) return undefined;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unfinished-'));
  try {
    const origins = ['sid', 'experimental'].map((suite) => `${site} ${suite} ${component}`);
    const lists = ownLists('deb', origins, work);
    if (lists === undefined) return undefined;
    say('fetching the newest Django for the tests …');
    // An empty status file makes apt fetch every dependency, including the C library.
    const nothing = join(work, 'status');
    writeFileSync(nothing, '');
    const install = ['--no-install-recommends', '--download-only', '--yes', '-qq', 'install', ...packages];
    const quiet = { cwd: work, stdio: 'ignore' };
    if (!run('apt-get', [...lists, '-o', `Dir::State::status=${nothing}`, ...install], quiet))
      return undefined;
    const archives = join(work, 'cache/archives');
    for (const file of readdirSync(archives).filter((entry) => entry.endsWith('.deb'))) {
      if (!run('dpkg-deb', ['-x', join(archives, file), 'unpacked'], quiet)) return undefined;
    }
    const modules = join(work, 'unpacked/usr/lib/python3/dist-packages/MySQLdb');
    mkdirSync(modules);
    writeFileSync(join(modules, '__init__.py'), mysqlClient);
    writeFileSync(join(work, 'unpacked/python'), program);
    chmodSync(join(work, 'unpacked/python'), 0o755);
    if (
      !run(
        join(work, 'unpacked/python'),
        ['-c', 'import django, psycopg2; from MySQLdb.constants import CLIENT'],
        quiet,
      )
    )
      return undefined;
    renameSync(join(work, 'unpacked'), folder);
    return python;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
