import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sampleDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';
import { freePort } from './helpers/free-port.js';

const python = '/usr/bin/python3';

/** Polls until what takes effect within a second has taken effect. */
async function becomes(status: number, ask: () => Promise<number>): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const found = await ask();
    if (found === status) return;
    assert.ok(performance.now() - begun < 3000, `still ${found}, not ${status}`);
    await delay(50);
  }
}

const browser = [
  ...['--header', 'Accept: text/html', '--header', 'Sec-Fetch-Mode: navigate'],
  ...['--header', 'User-Agent: Mozilla/5.0'],
];

describe('a browser that is logged in at the Django site', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let site: ChildProcess;
  let siteUrl: string;
  let jars: string;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.django = { project: './django-site', settings: 'mysite.settings', python };
      if (!Array.isArray(declaration.shares)) throw new TypeError('no shares');
      declaration.shares = [
        ...declaration.shares.map((share: unknown) => share),
        {
          ...{ path: '/open', kind: 'webdav', root: './media', require: { staff: false }, public: true },
          rules: [{ path: '/closed', public: false }],
        },
      ];
    });
    const port = await freePort();
    siteUrl = `http://127.0.0.1:${port}`;
    site = spawn(python, ['manage.py', 'runserver', '--noreload', `127.0.0.1:${port}`], {
      cwd: join(davgate.folder, 'django-site'),
      stdio: 'ignore',
    });
    jars = await mkdtemp(join(tmpdir(), 'davgate-cookies-'));
    for (let tries = 0; ; tries += 1) {
      const up = await curl(`${siteUrl}/accounts/login/`).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (up) break;
      assert.ok(tries < 400, 'the site did not start');
      await delay(50);
    }
  });
  after(async () => {
    const ended = once(site, 'exit');
    site.kill();
    await ended;
    await davgate.dispose();
    await rm(jars, { recursive: true, force: true });
  });

  /** Logs in through the site's own page, CSRF token and all. @returns curl's arguments for the cookies */
  const signIn = async (user: string, password = `${user}-demo`): Promise<string[]> => {
    const jar = join(jars, `${user}-${randomUUID()}`);
    const cookies = ['--cookie', jar, '--cookie-jar', jar];
    const page = (await curl(`${siteUrl}/accounts/login/`, cookies)).body.toString();
    const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(page)?.[1] ?? '';
    const form = ['username', user, 'password', password, 'csrfmiddlewaretoken', token];
    const data = [0, 2, 4].flatMap((at) => ['--data-urlencode', `${form[at] ?? ''}=${form[at + 1] ?? ''}`]);
    assert.equal((await curl(`${siteUrl}/accounts/login/`, [...cookies, ...data])).status, 302);
    return ['--cookie', jar];
  };
  const ask = async (path: string, ...args: string[]): Promise<number> =>
    (await curl(`${davgate.url}${path}`, args)).status;

  it('is in, as the same user and with the same rights', async () => {
    const eve = await signIn('eve');
    assert.equal(await ask('/media/visitor-guide.pdf', ...eve), 200);
    assert.equal(await ask('/docs/', ...eve), 403);
    assert.equal(await ask('/docs/', ...(await signIn('bob'))), 200);
  });

  it('is out once it has logged out', async () => {
    const cookies = await signIn('eve');
    assert.equal(await ask('/media/', ...cookies), 200);
    const out = await curl(`${siteUrl}/accounts/logout/`, cookies);
    assert.ok(out.status === 302 || out.status === 200, String(out.status));
    await becomes(401, () => ask('/media/', ...cookies));
  });

  it('is out once the password has changed', async () => {
    const cookies = await signIn('bob');
    assert.equal(await ask('/media/', ...cookies), 200);
    const change =
      'from django.contrib.auth.models import User; u = User.objects.get(username="bob"); u.set_password("new-bob"); u.save()';
    await run(python, ['manage.py', 'shell', '-c', change], { cwd: join(davgate.folder, 'django-site') });
    await becomes(401, () => ask('/media/', ...cookies));
    assert.equal(await ask('/media/', '--user', 'bob:new-bob'), 200);
    assert.equal(await ask('/media/', '--user', 'bob:bob-demo'), 401);
  });

  it('writes only from this server\u2019s own pages', async () => {
    const cookies = await signIn('alice');
    const put = ['--request', 'PUT', '--data', 'x', ...cookies];
    assert.equal(await ask('/docs/by-cookie.txt', ...put), 401);
    assert.equal(await ask('/docs/by-cookie.txt', ...put, '--header', 'Sec-Fetch-Site: cross-site'), 401);
    assert.equal(await ask('/docs/by-cookie.txt', ...put, '--header', 'Origin: http://evil.example'), 401);
    assert.equal(await ask('/docs/by-cookie.txt', ...put, '--header', 'Sec-Fetch-Site: same-origin'), 201);
    assert.equal(await ask('/docs/by-cookie.txt', ...put, '--header', `Origin: ${davgate.url}`), 204);
  });

  it('is known by name where it need not be, and is nobody there when it is not logged in', async () => {
    const path = '/open/visitor-guide.pdf';
    const requestsOf = async (agent: string, ...args: string[]) => {
      const { status } = await curl(`${davgate.url}${path}?${agent}`, [...browser, ...args]);
      assert.equal(status, 200);
      const page = await curl(`${davgate.url}/open/`, [...browser, ...args]);
      return page.body.toString();
    };
    assert.match(await requestsOf('named', ...(await signIn('eve'))), /Signed in as <b>eve<\/b>/);
    for (const cookies of [[], ['--cookie', 'sessionid=abcdefghijklmnopqrstuvwxyz012345']]) {
      const page = await requestsOf('unnamed', ...cookies);
      assert.match(page, /Sign in/);
      assert.doesNotMatch(page, /Signed in/);
    }
    const put = ['--request', 'PUT', '--data', 'x', '--header', 'Sec-Fetch-Site: cross-site'];
    assert.equal(await ask('/open/by-cookie.txt', ...put, ...(await signIn('eve'))), 401);
  });

  it('is sent to the login page from what is not public, and where it asks to be', async () => {
    for (const [path, next] of [
      ['/open/?sign-in', '%2Fopen%2F%3Fsign-in'],
      ['/open/closed/x', '%2Fopen%2Fclosed%2Fx'],
      ['/nowhere', '%2Fnowhere'],
    ] as const) {
      const { status, headers } = await curl(`${davgate.url}${path}`, browser);
      assert.equal(status, 302, path);
      assert.equal(headers.get('location'), `/accounts/login/?next=${next}`);
    }
    assert.equal(await ask('/open/?sign-in', ...browser, ...(await signIn('eve'))), 200);
  });

  it('is sent to the login page when it is not, and other clients are not', async () => {
    const { status, headers } = await curl(`${davgate.url}/docs/Handbook.md?x=1`, browser);
    assert.equal(status, 302);
    assert.equal(headers.get('location'), '/accounts/login/?next=%2Fdocs%2FHandbook.md%3Fx%3D1');
    for (const agent of [
      'Microsoft-WebDAV-MiniRedir/10.0',
      'davfs2/1.6',
      'SVN/1.14.2 serf/1.3.9',
      'gvfs/1.50',
    ]) {
      assert.equal(await ask('/docs/', '--user-agent', agent), 401, agent);
    }
  });
});
