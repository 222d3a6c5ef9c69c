/**
 * `npm run subversion-suite -- NAME …`: runs Subversion's own tests, once through davgate and once against Apache
 * alone, and reports the differences. Without a name, runs all tests that use a server.
 */
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { run } from './commands.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { ensureNodePackages } from './node-packages.mjs';
import { say } from './say.mjs';
import { unpackPackage } from './unpacked-packages.mjs';
import { unpackSources } from './unpacked-sources.mjs';

/** Libraries to compile the suite's helper programs with. Subversion's headers come with its sources. */
const libraries = ['libapr1-dev', 'libaprutil1-dev'];

try {
  const programs = ['apache2-bin', 'libapache2-mod-svn', 'subversion', 'python3', 'g++', 'curl'];
  const missing = ensurePackages(programs, "for Subversion's own tests");
  if (missing.length > 0) throw new Error(`Subversion's own tests need ${missing.join(', ')}.`);
  ensureNodePackages();
  process.env.DAVGATE_SUBVERSION_SOURCE ??= fetched(unpackSources('subversion'), 'the sources of Subversion');
  process.env.DAVGATE_SUBVERSION_HEADERS = libraries
    .map((name) => join(fetched(unpackPackage(name), name), 'usr/include'))
    .join(':');
  ensureBuilt();
} catch (error) {
  say(error.message);
  process.exit(1);
}
if (!run(process.execPath, ['dist/test/subversion-suite/suite.js', ...process.argv.slice(2)]))
  process.exit(1);

function fetched(folder, what) {
  if (folder === undefined)
    throw new Error(`Subversion's own tests need ${what}, which could not be fetched.`);
  return folder;
}
