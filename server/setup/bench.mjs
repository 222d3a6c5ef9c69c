/** `npm run bench -- NAME …`: measures davgate, all that there is without a name, and prints the ratios. */
import { ensureBuilt } from './build.mjs';
import { must } from './commands.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { ensureNodePackages } from './node-packages.mjs';

ensurePackages(
  ['apache2-bin', 'libapache2-mod-svn', 'subversion', 'apache2-utils', 'curl'],
  'to measure against Apache',
);
ensureNodePackages();
ensureBuilt();
must(process.execPath, ['dist/test/bench/bench.js', ...process.argv.slice(2)]);
