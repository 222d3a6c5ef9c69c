import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findApache } from '../../../src/svn/apache/find-apache.js';
import { imported, linesIn } from '../../apache/reading.js';
import { login, projectFolder } from '../helpers/davgate.js';
import { freePort } from '../helpers/free-port.js';
import { curl } from '../helpers/programs.js';
import { placed } from './documented.js';
import { startFront, type Front } from './front.js';
import { guardedSite, secret, type GuardedSite } from './guarded-site.js';

const users = ['alice', 'bob', 'carol', 'dave', 'eve', 'admin'] as const;

/** Documents, and what their examples answer to the users, reading and writing. */
const documents = [
  {
    name: 'from-mod_python',
    python: /DJANGO_SETTINGS_MODULE|^\s*Python/,
    status: [200, 200, 403, 401, 403, 200],
  },
  {
    name: 'from-mod_wsgi',
    python: /AuthBasicProvider wsgi|^\s*WSGIAuth|Require/,
    status: [200, 403, 403, 401, 403, 403],
  },
] as const;

/** The block of code that follows a comment. */
async function block(name: string, label: string): Promise<string> {
  const text = await readFile(join(projectFolder, `docs/${name}.md`), 'utf8');
  const found = new RegExp(`<!-- ${label} -->\\n\\n\`\`\`\\w+\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1];
  if (found === undefined) throw new Error(`There is no ${label} in ${name}.`);
  return found;
}

const guardLines = /^(AuthnzFcgiDefineProvider|RequestHeader)|DAVGATE_|Require/;

for (const { name, python, status } of documents) {
  describe(`The example of ${name}`, () => {
    it('is the old one but for the lines of the guard', async () => {
      const kept = (text: string, without: RegExp): string[] =>
        text.split('\n').filter((line) => !without.test(line));
      const before = kept(kept(await block(name, 'before'), python).join('\n'), /Require/);
      assert.deepEqual(kept(await block(name, 'after'), guardLines), before);
    });

    it('is what import-apache --guard makes of it', async () => {
      const result = imported(await block(name, 'before'), undefined, { guards: true });
      assert.deepEqual(result.declaration, JSON.parse(await block(name, 'declaration')));
      assert.deepEqual(linesIn(result), []);
    });

    it('works in Apache', async () => {
      const declared: unknown = JSON.parse(await block(name, 'declaration'));
      assert.ok(typeof declared === 'object' && declared && 'shares' in declared);
      const { shares } = declared;
      const site = await guardedSite((declaration) => {
        declaration.shares = shares;
      });
      let apache: Front | undefined;
      try {
        apache = await startApache(site, await block(name, 'after'));
        const got: number[] = [];
        for (const user of users) {
          got.push((await curl(`${apache.url}/files/a.txt`, ['--user', login(user)])).status);
        }
        assert.deepEqual(got, status);
        const put = ['--request', 'PUT', '--data', 'new', '--user', login('alice')];
        assert.equal((await curl(`${apache.url}/files/new.txt`, put)).status, 201);
        assert.equal((await curl(`${apache.url}/files/a.txt`, [])).status, 401);
      } finally {
        await apache?.end();
        await site.dispose();
      }
    });
  });
}

/** The documented configuration with the modules that it needs; mod_wsgi itself need not be there. */
async function startApache({ folder, fastcgi }: GuardedSite, documented: string): Promise<Front> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const work = join(folder, 'moved');
  await mkdir(work);
  const root = process.geteuid?.() === 0;
  if (root) execFileSync('chown', ['-R', 'www-data:www-data', work, join(folder, 'files')]);
  const names =
    'mpm_event authn_core authz_core authz_user auth_basic authnz_fcgi setenvif headers dav dav_fs';
  const text = placed(documented, { '9911': String(fastcgi), '8084': String(port), '/srv/www': folder })
    .split('\n')
    .filter((line) => !line.startsWith('WSGI'));
  const configuration = [
    ...names.split(' ').map((each) => `LoadModule ${each}_module "${program.modulesFolder}/mod_${each}.so"`),
    'ServerName localhost',
    `PidFile "${work}/pid"`,
    `ErrorLog "${work}/error.log"`,
    `DavLockDB "${work}/locks"`,
    ...(root ? ['User www-data', 'Group www-data'] : []),
    ...text,
  ].join('\n');
  await writeFile(join(work, 'httpd.conf'), configuration);
  return startFront(program.binary, ['-DFOREGROUND', '-f', join(work, 'httpd.conf')], port, {
    DAVGATE_GUARD_SECRET: secret,
  });
}
