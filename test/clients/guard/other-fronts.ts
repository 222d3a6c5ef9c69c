import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../helpers/free-port.js';
import { documented, placed } from './documented.js';
import { startFront, type Front } from './front.js';
import type { GuardedSite } from './guarded-site.js';

/** What stands behind a front: files in the site's folder, and a program. */
export type Behind = Pick<GuardedSite, 'http' | 'folder'> & { readonly backend: number };

export async function startNginx({ http, folder, backend }: Behind): Promise<Front> {
  const port = await freePort();
  const work = join(folder, 'nginx-front');
  await mkdir(work);
  await chmod(work, 0o777);
  const text = placed(await documented('nginx'), {
    '127.0.0.1:9912': `127.0.0.1:${http}`,
    '127.0.0.1:9000': `127.0.0.1:${backend}`,
    '127.0.0.1:8081': `127.0.0.1:${port}`,
    '/var/cache/nginx/davgate': `${work}/cache`,
    'root /srv;': `root ${folder};`,
  });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${work}/${name};`,
  );
  const lines = [
    'daemon off;',
    'worker_processes 1;',
    `pid ${work}/pid;`,
    `error_log ${work}/error.log;`,
    'events {}',
    'http {',
    'access_log off;',
    ...temporary,
    alsoOpen(text, /^ {2}location \/app\/ \{.*?^ {2}\}\n/ms),
    '}',
    '',
  ];
  await writeFile(join(work, 'nginx.conf'), lines.join('\n'));
  return startFront('nginx', ['-p', work, '-c', join(work, 'nginx.conf')], port);
}

export async function startCaddy({ http, folder, backend }: Behind): Promise<Front> {
  const port = await freePort();
  const work = join(folder, 'caddy-front');
  await mkdir(work);
  const text = placed(await documented('caddy'), {
    '127.0.0.1:9912': `127.0.0.1:${http}`,
    '127.0.0.1:9000': `127.0.0.1:${backend}`,
    '127.0.0.1:8082': `127.0.0.1:${port}`,
    'root * /srv': `root * ${folder}`,
  });
  await writeFile(
    join(work, 'Caddyfile'),
    `{\n\tadmin off\n}\n${alsoOpen(text, /^\troute \/app\/\*.*?^\t\}\n/ms)}`,
  );
  const home = { HOME: work, XDG_DATA_HOME: work, XDG_CONFIG_HOME: work };
  return startFront('caddy', ['run', '--config', join(work, 'Caddyfile')], port, home);
}

export async function startHaproxy({ http, folder, backend }: Behind): Promise<Front> {
  const port = await freePort();
  const work = join(folder, 'haproxy-front');
  await mkdir(work);
  const script = placed(await documented('lua'), { '127.0.0.1:9912': `127.0.0.1:${http}` });
  const text = placed(await documented('haproxy'), {
    '/etc/haproxy/davgate.lua': join(work, 'davgate.lua'),
    '127.0.0.1:9000': `127.0.0.1:${backend}`,
    '127.0.0.1:8083': `127.0.0.1:${port}`,
  });
  await writeFile(join(work, 'davgate.lua'), script);
  await writeFile(join(work, 'haproxy.cfg'), text);
  return startFront('haproxy', ['-f', join(work, 'haproxy.cfg')], port);
}

/** What is documented for /app holds for /open, too. */
function alsoOpen(text: string, block: RegExp): string {
  const [documentedBlock] = block.exec(text) ?? [];
  if (documentedBlock === undefined) throw new Error('Nothing is documented for /app.');
  return text.replace(documentedBlock, () => documentedBlock + documentedBlock.replaceAll('/app', '/open'));
}
