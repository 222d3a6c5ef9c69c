import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { must, run, succeeds } from './commands.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { mayInstall, root, say } from './say.mjs';

const stamp = `${root}/node_modules/.davgate-installed`;

/** Installs the npm packages of the lock file if necessary, and makes sure that SQLite's binding loads. */
export function ensureNodePackages() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (!mayInstall()) {
    if (loadsSqlite()) return;
    throw new Error(
      'The npm packages are missing, and DAVGATE_NO_INSTALL is set. To install them, run: npm ci --include=dev',
    );
  }
  say('installing npm packages …');
  must('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!loadsSqlite()) buildSqlite();
  writeFileSync(stamp, wanted);
}

/** Downloads a prebuilt binding if there is one. Otherwise compiles it, which needs a compiler and takes a minute. */
function buildSqlite() {
  const rebuild = () =>
    run('npm', ['rebuild', 'better-sqlite3', '--loglevel=error'], { stdio: 'ignore' }) && loadsSqlite();
  say('preparing SQLite for this machine; this may take a minute …');
  if (rebuild()) return;
  ensurePackages(['python3', 'make', 'g++'], 'to compile SQLite for Node');
  if (!rebuild()) {
    throw new Error(
      'SQLite for Node could not be prepared. See: npm rebuild better-sqlite3 --foreground-scripts',
    );
  }
}

function loadsSqlite() {
  return succeeds(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"]);
}

function fingerprint() {
  const lock = readFileSync(`${root}/package-lock.json`);
  return `${createHash('sha256').update(lock).digest('hex')} ${process.version} ${process.arch}\n`;
}
