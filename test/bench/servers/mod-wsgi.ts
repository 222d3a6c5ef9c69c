import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../clients/helpers/programs.js';
import { startModWsgi as start } from '../mod-wsgi.js';
import type { Peer } from '../peer.js';
import { davDirectives } from './apache.js';
import type { Site } from './site.js';

/**
 * Apache with mod_dav and mod_dav_svn whose passwords Django checks through mod_wsgi, on a copy of the database: Django
 * writes to it when a hash is not of its own strength.
 * @returns undefined where mod_wsgi is missing
 */
export async function startModWsgi(site: Site, work: string): Promise<Peer | undefined> {
  const database = join(work, 'site.sqlite3');
  await copyFile(join(site.sample, 'django-site/db.sqlite3'), database);
  for (const path of [work, database]) await run('chown', ['--reference', site.repositories, path]);
  const dav = await davDirectives(work, [`DocumentRoot "${site.documents}"`]);
  return start(site.sample, work, {
    environment: { MYSITE_DATABASE: database },
    probe: '/files/small.txt',
    directives: (script) => [
      ...dav,
      '<Location "/files">',
      '  Dav On',
      '  AuthType Basic',
      '  AuthName "davgate"',
      '  AuthBasicProvider wsgi',
      `  WSGIAuthUserScript "${script}"`,
      '  Require valid-user',
      '</Location>',
    ],
  });
}
