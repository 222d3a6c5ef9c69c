import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './commands.mjs';
import { root, say } from './say.mjs';

const stamp = `${root}/dist/.built`;

/** Compiles the TypeScript unless the last build is newer than every source. */
export function ensureBuilt() {
  const started = new Date();
  if (existsSync(stamp) && statSync(stamp).mtime > newestSource()) return;
  say('building …');
  must('npm', ['run', '--silent', 'build']);
  writeFileSync(stamp, '');
  // Uses the start time, so that a source saved during the build is newer than the stamp.
  utimesSync(stamp, started, started);
}

function newestSource() {
  const files = ['package-lock.json', 'tsconfig.json', ...['server', 'src', 'test'].flatMap(filesBelow)];
  return files.map((file) => statSync(`${root}/${file}`).mtime).reduce((a, b) => (a > b ? a : b));
}

function filesBelow(folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
