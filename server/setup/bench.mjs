/** `npm run bench -- NAME …`: measures davgate, all that there is without a name, and prints the ratios. */
import { ensureBuilt } from './build.mjs';
import { must } from './commands.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { ensureNodePackages } from './node-packages.mjs';

ensurePackages(
  [
    'apache2-bin',
    'libapache2-mod-svn',
    'subversion',
    'apache2-utils',
    'curl',
    'rclone',
    'lighttpd',
    'lighttpd-mod-webdav',
    'nginx-light',
    'libnginx-mod-http-dav-ext',
  ],
  'to measure against',
);
ensureNodePackages();
ensureBuilt();
must(process.execPath, ['dist/test/bench/bench.js', ...process.argv.slice(2)]);
