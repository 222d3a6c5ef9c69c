/** `npm test`: installs what the tests need, checks types, style and import rules, and runs every test. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { ensureNodePackages } from './node-packages.mjs';
import { unpackNewestDjango } from './newest-django.mjs';
import { root, say } from './say.mjs';
import { unpackPackage } from './unpacked-packages.mjs';

const programs = [
  'apache2-bin',
  'libapache2-mod-svn',
  'libapache2-mod-xsendfile',
  'subversion',
  'litmus',
  'cadaver',
  'rclone',
  'fuse3',
  'davfs2',
  'exfat-fuse',
  'exfatprogs',
  'curl',
  'python3-django',
  'python3-psycopg2',
  'python3-mysqldb',
  'python3-argon2',
  'python3-bcrypt',
  'python3-django-auth-ldap',
  'python3-django-axes',
  'python3-django-guardian',
  'python3-fusepy',
  'gcc',
  'libc6-dev',
  'slapd',
  'ldap-utils',
  'postgresql',
  'mariadb-server-core',
  'openssl',
  'git',
  'git-svn',
  'chromium',
  'nginx-light',
  'caddy',
  'haproxy',
];

/** The test files below a folder of dist/, or those named on the command line. */
function testFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? testFiles(path) : entry.name.endsWith('.test.js') ? [path] : [];
    })
    .sort();
}

/** Fetches other versions of Django: the one in the distribution's backports, and the newest, with its own Python. */
function moreDjango() {
  const folder = unpackPackage('python3-django', 'backports');
  const newest = unpackNewestDjango();
  if (newest === undefined) say('The newest Django is not available: the tests run without it.');
  const found = [
    ...(folder === undefined ? [] : [join(folder, 'usr/lib/python3/dist-packages')]),
    ...(newest === undefined ? [] : [newest]),
  ];
  return [process.env.DAVGATE_TEST_DJANGO ?? '', ...found].filter((path) => path !== '').join(':');
}

/** The tests run fail2ban's filters with fail2ban-regex. The service must not run: it could ban the developer. */
function fail2ban() {
  if (existsSync('/usr/bin/fail2ban-regex')) return '/';
  const folder = unpackPackage('fail2ban');
  if (folder === undefined) throw new Error('The tests need fail2ban-regex from the package fail2ban.');
  return folder;
}

function stage(name, command, args) {
  say(`${name} …`);
  if (run(command, args)) return;
  say(`${name}: failed.`);
  process.exit(1);
}

try {
  const missing = ensurePackages(programs, 'real clients for the tests');
  if (missing.length > 0) throw new Error(`The tests need ${missing.join(', ')}.`);
  ensureNodePackages();
  process.env.DAVGATE_TEST_DJANGO = moreDjango();
  process.env.DAVGATE_TEST_FAIL2BAN = fail2ban();
} catch (error) {
  say(error.message);
  process.exit(1);
}
// Otherwise tests whose source was deleted would still run from an earlier build.
rmSync(join(root, 'dist'), { recursive: true, force: true });
stage('type check and build', 'npm', ['run', '--silent', 'build']);
stage('lint and import rules', 'npm', ['run', '--silent', 'lint']);
const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : testFiles('dist/test');
// Tests spend much time waiting, and the runner's default leaves one core unused.
const concurrency = `--test-concurrency=${availableParallelism()}`;
stage('tests', process.execPath, [
  '--enable-source-maps',
  '--test',
  concurrency,
  '--test-reporter=spec',
  ...files,
]);
