/** `npm test`: sets up what the tests need, then checks types, style and import rules and runs every test. */
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

/** Test files below a folder of dist/, or the ones named on the command line. */
function testFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? testFiles(path) : entry.name.endsWith('.test.js') ? [path] : [];
    })
    .sort();
}

/** Also Django as the distribution offers it beside its own, and the newest one with a Python of its own. */
function moreDjango() {
  const folder = unpackPackage('python3-django', 'backports');
  const newest = unpackNewestDjango();
  if (newest === undefined) say('The newest Django cannot be had: the tests run without it.');
  const found = [
    ...(folder === undefined ? [] : [join(folder, 'usr/lib/python3/dist-packages')]),
    ...(newest === undefined ? [] : [newest]),
  ];
  return [process.env.DAVGATE_TEST_DJANGO ?? '', ...found].filter((path) => path !== '').join(':');
}

/** fail2ban's filters are tried with its own program. Its service is not wanted: it could ban who works here. */
function fail2ban() {
  if (existsSync('/usr/bin/fail2ban-regex')) return '/';
  const folder = unpackPackage('fail2ban');
  if (folder === undefined) throw new Error('The tests need fail2ban-regex, of the package fail2ban.');
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
// A test whose source is gone must not run from an earlier build.
rmSync(join(root, 'dist'), { recursive: true, force: true });
stage('type check and build', 'npm', ['run', '--silent', 'build']);
stage('lint and import rules', 'npm', ['run', '--silent', 'lint']);
const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : testFiles('dist/test');
// Much of a test is waiting; the runner's default leaves a core out.
const concurrency = `--test-concurrency=${availableParallelism()}`;
stage('tests', process.execPath, [
  '--enable-source-maps',
  '--test',
  concurrency,
  '--test-reporter=spec',
  ...files,
]);
