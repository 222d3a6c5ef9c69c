import { existsSync, readdirSync } from 'node:fs';
import { run, succeeds, which } from './commands.mjs';
import { mayInstall, say } from './say.mjs';

/** Debian packages (the names are the same in Ubuntu), each with a test whether it is installed. */
const probes = {
  'apache2-bin': () => which('apache2') !== undefined || which('httpd') !== undefined,
  'libapache2-mod-svn': () => hasApacheModule('mod_dav_svn.so'),
  'libapache2-mod-xsendfile': () => hasApacheModule('mod_xsendfile.so'),
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
  'python3-django-auth-ldap': () => hasPythonModule('django_auth_ldap'),
  'python3-django-axes': () => hasPythonModule('axes'),
  'python3-django-guardian': () => hasPythonModule('guardian'),
  'python3-fusepy': () => hasPythonModule('fusepy'),
  gcc: () => which('gcc') !== undefined,
  'libc6-dev': () => existsSync('/usr/include/dirent.h'),
  slapd: () => existsSync('/usr/sbin/slapd'),
  'ldap-utils': () => which('ldapmodify') !== undefined,
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

/** Checks the distribution's own Python, which its packages are for. */
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
 * Installs the packages that are missing, and says so first. If this user may not install packages, or
 * DAVGATE_NO_INSTALL=1 is set, prints the command to run instead.
 * @returns the names of packages that are still missing
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
  // Runlevel 1: prevents packages installed for tests from starting services.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  run(command, [...first, 'update', '-qq'], { env });
  if (!run(command, [...first, ...install, '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] })) {
    say(`The installation failed. To install by hand, run: ${byHand}`);
  }
  return missing.filter((name) => !probes[name]());
}

/** The prefix for apt-get: empty for root, `sudo -n` if sudo asks for no password; undefined if neither works. */
function installer() {
  if (which('apt-get') === undefined) return undefined;
  if (process.geteuid?.() === 0) return [];
  return which('sudo') !== undefined && succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}
