/**
 * `npm run bench`: measures davgate beside other servers and writes docs/benchmarks.md. With `--only ROW,…`,
 * `--peers NAME,…` or `--rounds N`, measures less, or more often; `-- growth` measures how it grows; `-- NAME …` runs the
 * benchmarks with these names.
 */
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { must } from './commands.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { ensureNodePackages } from './node-packages.mjs';
import { unpackPackage } from './unpacked-packages.mjs';

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
    'python3-django',
  ],
  'to measure against',
);
ensureNodePackages();
const incumbent = unpackPackage('libapache2-mod-wsgi-py3');
if (incumbent !== undefined) process.env.DAVGATE_BENCH_MOD_WSGI = join(incumbent, 'usr/lib/apache2/modules');
ensureBuilt();
must(process.execPath, ['dist/test/bench/bench.js', ...process.argv.slice(2)]);
