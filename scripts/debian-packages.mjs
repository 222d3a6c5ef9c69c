import { existsSync, readdirSync } from 'node:fs';
import { run, succeeds, which } from './commands.mjs';
import { mayInstall, say } from './say.mjs';

/** Debian packages (Ubuntu has the same names), each with how to see whether it is there. */
const probes = {
  'apache2-bin': () => which('apache2') !== undefined || which('httpd') !== undefined,
  'libapache2-mod-svn': () => hasApacheModule('mod_dav_svn.so'),
  subversion: () => ['svn', 'svnadmin'].every((program) => which(program) !== undefined),
  litmus: () => which('litmus') !== undefined,
  cadaver: () => which('cadaver') !== undefined,
  rclone: () => which('rclone') !== undefined,
  fuse3: () => which('fusermount3') !== undefined,
  davfs2: () => ['/usr/sbin/mount.davfs', '/sbin/mount.davfs'].some((file) => existsSync(file)),
  'exfat-fuse': () => existsSync('/usr/sbin/mount.exfat-fuse') || existsSync('/sbin/mount.exfat-fuse'),
  exfatprogs: () => existsSync('/usr/sbin/mkfs.exfat') || existsSync('/sbin/mkfs.exfat'),
  'apache2-utils': () => which('ab') !== undefined,
  curl: () => which('curl') !== undefined,
  'python3-django': () => hasPythonModule('django'),
  'python3-psycopg2': () => hasPythonModule('psycopg2'),
  'python3-mysqldb': () => hasPythonModule('MySQLdb'),
  'python3-argon2': () => hasPythonModule('argon2'),
  'python3-bcrypt': () => hasPythonModule('bcrypt'),
  postgresql: () => hasPostgresql(),
  'mariadb-server-core': () => which('mariadbd') !== undefined || which('mysqld') !== undefined,
  lighttpd: () => which('lighttpd') !== undefined,
  'lighttpd-mod-webdav': () => existsSync('/usr/lib/lighttpd/mod_webdav.so'),
  'nginx-light': () => which('nginx') !== undefined,
  'libnginx-mod-http-dav-ext': () => existsSync('/usr/lib/nginx/modules/ngx_http_dav_ext_module.so'),
  caddy: () => which('caddy') !== undefined,
  haproxy: () => which('haproxy') !== undefined,
  openssl: () => which('openssl') !== undefined,
  git: () => which('git') !== undefined,
  'git-svn': () => succeeds('git', ['svn', '--version']),
  chromium: () => which('chromium') !== undefined,
  python3: () => which('python3') !== undefined,
  make: () => which('make') !== undefined,
  'g++': () => which('g++') !== undefined,
};

const moduleFolders = [
  '/usr/lib/apache2/modules',
  '/usr/lib64/httpd/modules',
  '/usr/lib/httpd/modules',
  '/usr/lib/apache2',
  '/opt/homebrew/opt/subversion/libexec',
  '/usr/local/opt/subversion/libexec',
];

/** Of the distribution's own Python, for which its packages are. */
function hasPythonModule(name) {
  return succeeds('/usr/bin/python3', ['-c', `import ${name}`]);
}

function hasPostgresql() {
  const versions = '/usr/lib/postgresql';
  return (
    existsSync(versions) &&
    readdirSync(versions).some((name) => existsSync(`${versions}/${name}/bin/postgres`))
  );
}

function hasApacheModule(file) {
  return moduleFolders.some((folder) => existsSync(folder) && readdirSync(folder).includes(file));
}

/**
 * Installs those of the named packages that are missing, where this user may; says so first. Without the right, or
 * with DAVGATE_NO_INSTALL=1, prints the command to run instead.
 * @returns the names that are still missing
 */
export function ensurePackages(names, purpose) {
  const missing = names.filter((name) => !probes[name]());
  if (missing.length === 0) return [];
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  const byHand = `sudo apt-get update && sudo apt-get ${install.join(' ')}`;
  const prefix = installer();
  if (!mayInstall() || prefix === undefined) {
    const reason = mayInstall() ? 'this user may not install packages here' : 'DAVGATE_NO_INSTALL is set';
    say(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing (${purpose}), and ${reason}.`);
    say(`To install, run: ${byHand}`);
    return missing;
  }
  say(`installing ${missing.join(', ')} from the distribution's packages (${purpose}) …`);
  const [command, ...first] = [...prefix, 'apt-get'];
  // Runlevel 1: what is installed for tests is not started as a service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  run(command, [...first, 'update', '-qq'], { env });
  if (!run(command, [...first, ...install, '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] })) {
    say(`That failed. To install by hand, run: ${byHand}`);
  }
  return missing.filter((name) => !probes[name]());
}

/** What goes before apt-get: nothing for root, `sudo -n` where that asks no password; undefined where neither works. */
function installer() {
  if (which('apt-get') === undefined) return undefined;
  if (process.geteuid?.() === 0) return [];
  return which('sudo') !== undefined && succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}
