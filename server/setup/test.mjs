/** `npm test`: sets up what the tests need, then checks types, style and import rules and runs every test. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { ensureNodePackages } from './node-packages.mjs';
import { root, say } from './say.mjs';

const programs = [
  'apache2-bin',
  'libapache2-mod-svn',
  'subversion',
  'litmus',
  'cadaver',
  'rclone',
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
stage('tests', process.execPath, ['--enable-source-maps', '--test', '--test-reporter=spec', ...files]);
