import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { untilPasses } from '../../helpers/until.js';
import { freePort } from '../helpers/free-port.js';
import { curl } from '../helpers/programs.js';
import { startApacheFront } from './apache-front.js';
import type { Front } from './front.js';
import { echo } from './echo.js';
import { guardedSite, type GuardedSite } from './guarded-site.js';
import { startCaddy, startHaproxy, startNginx } from './other-fronts.js';

const python = '/usr/bin/python3';
const navigation = ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'User-Agent: Mozilla/5.0'].flatMap(
  (field) => ['--header', field],
);

describe('a browser that is logged in at the Django site, behind', () => {
  let guarded: GuardedSite;
  let backend: Awaited<ReturnType<typeof echo>>;
  let site: ChildProcess;
  let siteUrl: string;
  const fronts = new Map<string, Front>();
  before(async () => {
    guarded = await guardedSite((declaration) => {
      declaration.django = { project: './django-site', settings: 'mysite.settings', python };
    });
    backend = await echo();
    const behind = { ...guarded, backend: backend.port };
    fronts.set('Apache', await startApacheFront(guarded));
    fronts.set('nginx', await startNginx(behind));
    fronts.set('Caddy', await startCaddy(behind));
    fronts.set('HAProxy', await startHaproxy(behind));
    const port = await freePort();
    siteUrl = `http://127.0.0.1:${port}`;
    site = spawn(python, ['manage.py', 'runserver', '--noreload', `127.0.0.1:${port}`], {
      cwd: join(guarded.folder, 'django-site'),
      stdio: 'ignore',
    });
    await untilPasses(async () => {
      assert.equal((await curl(`${siteUrl}/accounts/login/`)).status, 200);
    });
  });
  after(async () => {
    const ended = once(site, 'exit');
    site.kill();
    await ended;
    for (const front of fronts.values()) await front.end();
    backend.close();
    await guarded.dispose();
  });

  /** Logs in through the site's own page. @returns curl's arguments for the cookies */
  const signIn = async (user: string): Promise<string[]> => {
    const jar = join(guarded.folder, `${user}-${randomUUID()}`);
    const cookies = ['--cookie', jar, '--cookie-jar', jar];
    const page = (await curl(`${siteUrl}/accounts/login/`, cookies)).body.toString();
    const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(page)?.[1] ?? '';
    const form = [`username=${user}`, `password=${user}-demo`, `csrfmiddlewaretoken=${token}`];
    const data = form.flatMap((pair) => ['--data-urlencode', pair]);
    assert.equal((await curl(`${siteUrl}/accounts/login/`, [...cookies, ...data])).status, 302);
    return ['--cookie', jar];
  };

  for (const name of ['Apache', 'nginx', 'Caddy', 'HAProxy']) {
    it(`${name} is in as the same user, writes from its own pages alone, and is out once logged out`, async () => {
      const url = fronts.get(name)?.url ?? '';
      const ask = async (path: string, ...args: string[]) => (await curl(url + path, args)).status;
      const [alice, eve] = [await signIn('alice'), await signIn('eve')];
      assert.equal(await ask('/files/a.txt', ...alice), 200);
      assert.equal(await ask('/files/a.txt', ...eve), 403);
      const put = ['--request', 'PUT', '--data', 'x', ...alice];
      assert.equal(await ask('/files/by-cookie.txt', ...put), 401);
      for (const field of ['Sec-Fetch-Site: cross-site', 'Origin: http://evil.example', 'Origin: null']) {
        assert.equal(await ask('/files/by-cookie.txt', ...put, '--header', field), 401, field);
      }
      // What writes there answers 405 where it knows files alone; the guard has let it pass.
      for (const field of ['Sec-Fetch-Site: same-origin', `Origin: ${url}`]) {
        const status = await ask('/files/by-cookie.txt', ...put, '--header', field);
        assert.ok([200, 201, 204, 404, 405].includes(status), `${field}: ${status}`);
      }
      assert.equal((await curl(`${siteUrl}/accounts/logout/`, alice)).status < 400, true);
      await untilPasses(async () => {
        assert.equal(await ask('/files/a.txt', ...alice), 401);
      });
    });

    it(`${name} is sent to the login page when it is not, and no other client is`, async () => {
      const url = fronts.get(name)?.url ?? '';
      const { status, headers } = await curl(`${url}/files/a.txt?x=1`, navigation);
      assert.equal(status, 302);
      assert.equal(headers.get('location'), '/accounts/login/?next=%2Ffiles%2Fa.txt%3Fx%3D1');
      for (const agent of ['davfs2/1.6', 'SVN/1.14.2 serf/1.3.9', 'Microsoft-WebDAV-MiniRedir/10.0']) {
        assert.equal((await curl(`${url}/files/a.txt`, ['--user-agent', agent])).status, 401, agent);
      }
    });
  }
});
