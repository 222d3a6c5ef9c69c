import { freePort } from '../../clients/helpers/free-port.js';
import type { Peer } from '../peer.js';
import { startConfigured, type OpenServerOptions } from './program.js';

const modules = '/usr/lib/nginx/modules';

/** nginx with its own WebDAV module and dav-ext, a worker for each processor. */
export async function startNginx({ documents, work, cores }: OpenServerOptions): Promise<Peer> {
  const port = await freePort();
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${work}/${name};`,
  );
  return startConfigured(['nginx', '-p', work, '-c'], port, `${work}/nginx.conf`, [
    `load_module ${modules}/ngx_http_dav_ext_module.so;`,
    // Its workers must reach the files of whoever measures.
    ...(process.geteuid?.() === 0 ? ['user root;'] : []),
    'daemon off;',
    `worker_processes ${cores};`,
    `pid ${work}/nginx.pid;`,
    `error_log ${work}/nginx-error.log;`,
    'events { worker_connections 4096; }',
    'http {',
    '  access_log off;',
    '  sendfile on;',
    '  tcp_nopush on;',
    '  keepalive_requests 1000000000;',
    '  keepalive_timeout 600;',
    '  client_max_body_size 0;',
    // On the same file system as the documents: a finished body is renamed, not copied.
    `  client_body_temp_path ${work}/body;`,
    ...temporary,
    '  dav_ext_lock_zone zone=locks:10m;',
    '  server {',
    `    listen 127.0.0.1:${port} backlog=4096;`,
    '    location / {',
    `      root ${documents};`,
    '      dav_methods PUT DELETE MKCOL COPY MOVE;',
    '      dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK;',
    '      dav_ext_lock zone=locks;',
    '    }',
    '  }',
    '}',
  ]);
}
