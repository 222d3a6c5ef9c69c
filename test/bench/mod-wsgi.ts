import { spawn } from 'node:child_process';
import { access, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apacheConfig } from '../../src/svn/apache/apache-config.js';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { freePort } from '../clients/helpers/free-port.js';
import { run } from '../clients/helpers/programs.js';
import { answering, type Peer } from './peer.js';

export interface ModWsgiOptions {
  /** Lines for the end of the configuration, given the script that checks passwords. */
  readonly directives?: (script: string) => readonly string[];
  /** For the site's settings. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A path that is answered, if only with 401, once Apache serves. */
  readonly probe?: string;
}

/**
 * Starts Apache as Django's documentation has it for mod_dav_svn: mod_wsgi asks Django for every password.
 * @returns undefined where mod_wsgi is neither installed nor in the folder that DAVGATE_BENCH_MOD_WSGI names
 * @see https://docs.djangoproject.com/en/3.2/howto/deployment/wsgi/apache-auth/
 */
export async function startModWsgi(
  sample: string,
  work: string,
  { directives = () => [], environment = {}, probe = '/svn/sample/' }: ModWsgiOptions = {},
): Promise<Peer | undefined> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const module = join(process.env.DAVGATE_BENCH_MOD_WSGI ?? program.modulesFolder, 'mod_wsgi.so');
  if (
    !(await access(module).then(
      () => true,
      () => false,
    ))
  )
    return undefined;
  const port = await freePort();
  const owner = await stat(join(sample, 'svn', 'sample'));
  const runtimeFolder = join(work, 'mod_wsgi');
  await mkdir(runtimeFolder);
  await run('chown', [`${owner.uid}:${owner.gid}`, runtimeFolder]);
  const script = join(runtimeFolder, 'auth.wsgi');
  const project = join(sample, 'django-site');
  await writeFile(
    script,
    [
      'import os, sys',
      `sys.path.insert(0, ${JSON.stringify(project)})`,
      'os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"',
      'import django',
      'django.setup()',
      'from django.contrib.auth.handlers.modwsgi import check_password',
      '',
    ].join('\n'),
  );
  const locations = [{ path: '/svn', parentPath: join(sample, 'svn') }];
  const configuration = apacheConfig({ port, runtimeFolder, modules: program.modules, locations })
    .replace(
      /^ *(SVN(PathAuthz|AllowBulkUpdates|Cache\w+)|Anonymous\w*|<\/?RequireAll>|Require expr) ?.*\n/gm,
      '',
    )
    .replace('AuthBasicProvider anon', `AuthBasicProvider wsgi\n  WSGIAuthUserScript "${script}"`);
  const file = join(runtimeFolder, 'httpd.conf');
  const more = directives(script).map((line) => `${line}\n`);
  await writeFile(file, `LoadModule wsgi_module "${module}"\n${configuration}${more.join('')}`);
  const child = spawn(program.binary, ['-DFOREGROUND', '-f', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment, DAVGATE_UPSTREAM_PROOF: 'unused' },
    ...(process.geteuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}),
  });
  return answering(child, `http://127.0.0.1:${port}`, probe);
}
