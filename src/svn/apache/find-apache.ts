import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** A module for Apache to load: its identifier (`dav_module`) and the absolute path of its file. */
export interface ApacheModule {
  readonly identifier: string;
  readonly file: string;
}

export interface ApacheProgram {
  readonly found: true;
  /** Absolute path of the server's binary. */
  readonly binary: string;
  /** Absolute path of the folder that contains its modules. */
  readonly modulesFolder: string;
  /** The modules that are not built in, in load order. */
  readonly modules: readonly ApacheModule[];
}

/** No such Apache was found; `message` is a sentence that says what to install. */
export interface ApacheMissing {
  readonly found: false;
  readonly message: string;
}

/** The required modules in load order; event and unixd may be built in, on some systems all of them. */
const needed =
  'mpm_event unixd authn_core authz_core auth_basic authn_anon authz_user mime dav dav_svn'.split(' ');

/** Also required if a share has path rules; loaded after mod_dav_svn. */
const neededForPathRules = 'authz_svn';

const usualFolders = (
  '/usr/sbin /usr/local/sbin /usr/local/apache2/bin /opt/homebrew/bin /opt/homebrew/opt/httpd/bin /usr/local/bin ' +
  '/usr/local/opt/httpd/bin /usr/bin'
).split(' ');

/** Module folders below an installation's prefix: Debian, Fedora, Alpine, openSUSE, Homebrew, FreeBSD, a plain build. */
const moduleFolders = (
  'lib/apache2/modules lib64/httpd/modules lib/httpd/modules lib/apache2 lib64/apache2 lib64/apache2-event modules ' +
  'opt/httpd/lib/httpd/modules libexec/apache24 libexec/apache2 opt/subversion/libexec ../subversion/libexec'
).split(' ');

const install =
  'Install apache2-bin, libapache2-mod-svn and subversion ' +
  '(Fedora: httpd, mod_dav_svn and subversion; Alpine: apache2, apache2-webdav, mod_dav_svn and subversion).';

const run = promisify(execFile);

interface FindOptions {
  /** Folders to search after those of the PATH. */
  readonly usual?: readonly string[];
  /** The server's program, if it is known; absolute. */
  readonly binary?: string;
  /** The folder to search first for modules; absolute. */
  readonly modules?: string;
  /** Whether mod_authz_svn is required too. */
  readonly pathRules?: boolean;
}

/**
 * Searches the folders of `path` (a PATH, colon-separated) and the usual places for Apache with mod_dav_svn. The first
 * Apache that has every module wins; otherwise the message names what is missing.
 */
export async function findApache(
  path: string,
  options: FindOptions = {},
): Promise<ApacheProgram | ApacheMissing> {
  if (options.binary !== undefined) {
    if (await permits(options.binary, constants.X_OK)) return inspect(options.binary, options);
    return { found: false, message: `${options.binary}, named by "apache.binary", cannot be run.` };
  }
  const { usual = usualFolders } = options;
  const folders = [...new Set([...path.split(':').filter((folder) => folder.startsWith('/')), ...usual])];
  let message = `Apache was not found. ${install}`;
  for (const binary of folders.flatMap((folder) => [join(folder, 'apache2'), join(folder, 'httpd')])) {
    if (!(await permits(binary, constants.X_OK))) continue;
    const result = await inspect(binary, options);
    if (result.found) return result;
    message = result.message;
  }
  return { found: false, message };
}

async function inspect(binary: string, options: FindOptions): Promise<ApacheProgram | ApacheMissing> {
  const builtIn = await builtInModules(binary);
  const prefix = dirname(dirname(binary));
  const folders = [
    ...(options.modules === undefined ? [] : [options.modules]),
    ...moduleFolders.map((folder) => join(prefix, folder)),
  ];
  const modules: ApacheModule[] = [];
  const missing: string[] = [];
  for (const name of [...needed, ...(options.pathRules === true ? [neededForPathRules] : [])]) {
    if (builtIn.has(name)) continue;
    const file = await moduleFile(folders, name);
    if (file === undefined) missing.push(`mod_${name}`);
    else modules.push({ identifier: `${name}_module`, file });
  }
  if (missing.length > 0) {
    return { found: false, message: `${binary} lacks ${missing.join(', ')}. ${install}` };
  }
  return { found: true, binary, modulesFolder: dirname(modules.at(-1)?.file ?? prefix), modules };
}

async function moduleFile(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, `mod_${name}.so`);
    if (await permits(file, constants.R_OK)) return file;
  }
  return undefined;
}

async function builtInModules(binary: string): Promise<ReadonlySet<string>> {
  try {
    const { stdout } = await run(binary, ['-l'], { timeout: 10_000, cwd: '/' });
    return parseBuiltIn(stdout);
  } catch {
    return new Set();
  }
}

/**
 * The modules in the output of `httpd -l`, with the names that LoadModule uses: `mod_unixd.c` is unixd, `event.c` is
 * mpm_event.
 */
export function parseBuiltIn(output: string): ReadonlySet<string> {
  const names = [...output.matchAll(/^\s+(\w+)\.c$/gm)].map(([, source = '']) =>
    source === 'event' ? 'mpm_event' : source.replace(/^mod_/, ''),
  );
  return new Set(names);
}

async function permits(file: string, mode: number): Promise<boolean> {
  try {
    await access(file, mode);
    return true;
  } catch {
    return false;
  }
}
