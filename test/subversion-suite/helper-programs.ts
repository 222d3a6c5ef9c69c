import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../clients/helpers/programs.js';
import type { SubversionSource } from './source.js';

/** Programs in C that tests start, at their places in a built source tree. */
const programs: readonly string[] = [
  'subversion/tests/cmdline/entries-dump',
  'subversion/tests/cmdline/lock-helper',
  'subversion/tests/cmdline/atomic-ra-revprop-change',
  'subversion/tests/libsvn_wc/wc-lock-tester',
  'subversion/tests/libsvn_wc/wc-incomplete-tester',
  'tools/dev/svnmover/svnmover',
];

/** Libraries of the installed Subversion: they are tested, and no others made. */
const libraries: readonly string[] = [
  ...['client', 'wc', 'ra', 'delta', 'diff', 'repos', 'fs', 'subr'].map((name) => `libsvn_${name}-1.so.1`),
  'libaprutil-1.so.0',
  'libapr-1.so.0',
];

/** What `configure` would find out, as far as these programs ask. */
const configuration = `#define PACKAGE_NAME "subversion"
#define N_(x) x
#define U_(x) x
#define _(x) (x)
#define Q_(x1, x2, n) (((n) == 1) ? x1 : x2)
#define gettext(x) (x)
#define dgettext(domain, x) (x)
#define SVN_PATH_LOCAL_SEPARATOR '/'
#define SVN_NULL_DEVICE_NAME "/dev/null"
#define DEFAULT_FS_TYPE "fsfs"
#define DEFAULT_HTTP_LIBRARY "serf"
#define SVN__FORCE_INLINE APR_INLINE
#define SVN__PREVENT_INLINE
#define SVN__PREDICT_TRUE(x) (x)
#define SVN__PREDICT_FALSE(x) (x)
#define SVN_UNUSED(v) ((void)(v))
`;

/** Compiles the helper programs of the suite into a folder, at their places in a source tree. */
export async function compileHelpers(source: SubversionSource, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  await writeFile(join(into, 'svn_private_config.h'), configuration);
  const include = [
    into,
    join(source.folder, 'subversion/include'),
    join(source.folder, 'subversion'),
    ...source.headers,
  ].map((folder) => `-I${folder}`);
  const defined = ['_GNU_SOURCE', '_LARGEFILE64_SOURCE'].map((name) => `-D${name}`);
  for (const program of programs) {
    const target = join(into, program);
    await mkdir(dirname(target), { recursive: true });
    const sources = await sourcesOf(join(source.folder, program));
    const linked = libraries.map((library) => `-l:${library}`);
    await run('gcc', ['-w', ...defined, ...include, '-o', target, ...sources, ...linked]);
  }
}

/** One file of the program's name, or all in a folder of the program's name. */
async function sourcesOf(program: string): Promise<readonly string[]> {
  const folder = dirname(program);
  if (basename(folder) !== basename(program)) return [`${program}.c`];
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.c')).map((name) => join(folder, name));
}
