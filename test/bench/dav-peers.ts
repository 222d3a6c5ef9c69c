import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { freePort } from '../clients/helpers/free-port.js';
import { answering, type Peer } from './peer.js';

/** Another WebDAV server on a folder of files, without authentication. */
export interface DavPeer {
  readonly name: string;
  /** @param root what is served; @param work an empty folder for configuration and state */
  start(root: string, work: string): Promise<Peer>;
}

export const davPeers: readonly DavPeer[] = [
  { name: 'Apache mod_dav', start: startApache },
  { name: 'lighttpd', start: startLighttpd },
  { name: 'nginx dav-ext', start: startNginx },
  { name: 'rclone serve', start: startRclone },
];

async function startApache(root: string, work: string): Promise<Peer> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const fileSystem = join(program.modulesFolder, 'mod_dav_fs.so');
  const loaded = program.modules
    .filter(({ identifier }) => !/svn|mime/.test(identifier))
    .map(({ identifier, file }) => `LoadModule ${identifier} "${file}"`);
  return started(program.binary, ['-DFOREGROUND', '-f'], port, join(work, 'httpd.conf'), [
    ...loaded,
    `LoadModule dav_fs_module "${fileSystem}"`,
    `Listen 127.0.0.1:${port}`,
    'ServerName localhost',
    `PidFile "${work}/httpd.pid"`,
    `ErrorLog "${work}/error.log"`,
    `DavLockDB "${work}/locks"`,
    // As root, the workers are another user's; that one may read the files.
    ...(process.geteuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    `DocumentRoot "${root}"`,
    `<Directory "${root}">`,
    '  Require all granted',
    '  Dav On',
    '</Directory>',
  ]);
}

async function startLighttpd(root: string, work: string): Promise<Peer> {
  const port = await freePort();
  return started('lighttpd', ['-D', '-f'], port, join(work, 'lighttpd.conf'), [
    'server.modules = ( "mod_webdav" )',
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    `server.document-root = "${root}"`,
    `server.errorlog = "${work}/lighttpd.log"`,
    'webdav.activate = "enable"',
  ]);
}

async function startNginx(root: string, work: string): Promise<Peer> {
  const port = await freePort();
  const module = '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so';
  return started('nginx', ['-p', work, '-c'], port, join(work, 'nginx.conf'), [
    `load_module ${module};`,
    'daemon off;',
    'worker_processes 1;',
    `pid ${work}/nginx.pid;`,
    `error_log ${work}/nginx-error.log;`,
    'events {}',
    'http {',
    '  access_log off;',
    `  client_body_temp_path ${work}/body;`,
    `  proxy_temp_path ${work}/proxy;`,
    `  fastcgi_temp_path ${work}/fastcgi;`,
    `  uwsgi_temp_path ${work}/uwsgi;`,
    `  scgi_temp_path ${work}/scgi;`,
    '  server {',
    `    listen 127.0.0.1:${port};`,
    `    location / { root ${root}; dav_methods PUT DELETE; dav_ext_methods PROPFIND OPTIONS; }`,
    '  }',
    '}',
  ]);
}

async function startRclone(root: string): Promise<Peer> {
  const port = await freePort();
  const child = spawn('rclone', ['serve', 'webdav', '--addr', `127.0.0.1:${port}`, '--read-only', root], {
    stdio: 'ignore',
  });
  return answering(child, `http://127.0.0.1:${port}`, '/');
}

async function started(
  program: string,
  args: readonly string[],
  port: number,
  file: string,
  lines: readonly string[],
): Promise<Peer> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn(program, [...args, file], { stdio: ['ignore', 'ignore', 'ignore'] });
  return answering(child, `http://127.0.0.1:${port}`, '/');
}
