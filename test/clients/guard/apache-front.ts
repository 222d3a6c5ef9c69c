import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { freePort } from '../helpers/free-port.js';
import { documented, placed } from './documented.js';
import { startFront, type Front } from './front.js';
import { guards, secret, type GuardedSite } from './guarded-site.js';

/**
 * Apache with the configuration of docs/guard.md for each guard: files, mod_dav and mod_dav_svn behind them.
 * @param backend the port of a program that Apache passes /app on to
 */
export async function startApacheFront(
  { fastcgi, folder, backend }: Pick<GuardedSite, 'fastcgi' | 'folder'> & { readonly backend?: number },
  further: readonly string[] = [],
): Promise<Front> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const work = join(folder, 'apache-front');
  await mkdir(work);
  const module = (name: string) =>
    `LoadModule ${name}_module "${join(program.modulesFolder, `mod_${name}.so`)}"`;
  const text = placed(await documented('apache'), { '9911': String(fastcgi) });
  const open = await documented('text');
  const start = text.indexOf('<Location');
  const location = text.slice(start);
  const root = process.geteuid?.() === 0;
  if (root) for (const name of ['apache-front', 'files', 'open']) owned(join(folder, name));
  const names =
    'mpm_event authn_core authz_core authz_user auth_basic authnz_fcgi setenvif headers env dav dav_fs dav_svn';
  const configuration = [
    ...names.split(' ').map(module),
    `Listen 127.0.0.1:${port}`,
    'ServerName localhost',
    `PidFile "${work}/pid"`,
    `ErrorLog "${work}/error.log"`,
    `DavLockDB "${work}/locks"`,
    ...(root ? ['User www-data', 'Group www-data'] : []),
    `DocumentRoot "${folder}"`,
    `<Directory "${folder}">`,
    '  Require all granted',
    '</Directory>',
    '<Location "/files">',
    '  Dav On',
    '</Location>',
    '<Location "/open">',
    '  Dav On',
    '</Location>',
    '<Location "/repos">',
    '  DAV svn',
    `  SVNParentPath "${join(folder, 'svn')}"`,
    '</Location>',
    text.slice(0, start),
    ...guards.map((guard) => {
      const own = location.replace('"/files"', `"${guard.path}"`);
      return 'public' in guard
        ? placed(own, { '{reqenv:DAVGATE_USER}"': `{reqenv:DAVGATE_USER}" ${open.trim()}` })
        : own;
    }),
    ...(backend === undefined ? [] : await proxying(backend, module)),
    ...further,
    '',
  ].join('\n');
  await writeFile(join(work, 'httpd.conf'), configuration);
  return startFront(program.binary, ['-DFOREGROUND', '-f', join(work, 'httpd.conf')], port, {
    DAVGATE_GUARD_SECRET: secret,
  });
}

async function proxying(backend: number, module: (name: string) => string): Promise<string[]> {
  const text = placed(await documented('apacheconf'), { '127.0.0.1:9000': `127.0.0.1:${backend}` });
  return [module('proxy'), module('proxy_http'), text];
}

/** Apache writes there as a user of its own. */
function owned(path: string): void {
  execFileSync('chown', ['-R', 'www-data:www-data', path]);
}
