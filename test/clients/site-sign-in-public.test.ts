import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../helpers/until.js';
import { declare, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';
import { signingSample } from './helpers/signing-sample.js';
import { processesOf } from './helpers/site-processes.js';

/** Logs bob in at the site, and prints what their cookie says. */
const logIn = `
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
bob = User.objects.get(username='bob')
session = SessionStore()
session[SESSION_KEY] = str(bob.pk)
session[BACKEND_SESSION_KEY] = 'signing_backend.Counting'
session[HASH_SESSION_KEY] = bob.get_session_auth_hash()
session.create()
print(session.session_key)
`;

describe('a browser with a session, while the site cannot say what its user may', () => {
  let site: Awaited<ReturnType<typeof signingSample>>;
  let davgate: TestDavgate;
  let cookie: string;
  const status = async (path: string, ...more: readonly string[]): Promise<number> =>
    (await curl(`${davgate.url}${path}`, ['--header', `Cookie: sessionid=${cookie}`, ...more])).status;

  before(async () => {
    site = await signingSample();
    await declare(site.folder, (declaration) => {
      declaration.django = { ...site.django, permissions: 'site', permissionsSeconds: 1 };
      const { shares } = declaration;
      if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
      declaration.shares = shares.map((share: { path: string }) =>
        share.path === '/media' ? { ...share, public: true } : share,
      );
    });
    cookie = (
      await run(site.django.python, ['-c', logIn], {
        cwd: site.project,
        env: { ...process.env, DJANGO_SETTINGS_MODULE: 'signing', PYTHONDONTWRITEBYTECODE: '1' },
      })
    ).trim();
    davgate = await startDavgate(site.folder);
  });
  after(async () => {
    await davgate.end();
    await rm(site.folder, { recursive: true, force: true });
  });

  it('reads what is public, and nothing else', async () => {
    assert.equal(await status('/media/'), 200);
    await davgate.logged(({ path, user }) => path === '/media/' && user === 'bob');
    writeFileSync(join(site.project, 'unlicensed'), '');
    for (const pid of processesOf(site.project).keys()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with another.
      }
    }
    await until(async () => (await status('/docs/')) === 503, 'the site cannot be asked');
    assert.equal(await status('/media/'), 200);
    await davgate.logged(
      ({ path, status, user }) => path === '/media/' && status === 200 && user === undefined,
    );
    assert.equal(await status('/media/?sign-in'), 503);
    const put = ['--request', 'PUT', '--data', 'x', '--header', `Origin: ${davgate.url}`];
    assert.equal(await status('/media/by-nobody.txt', ...put), 503);
  });
});
