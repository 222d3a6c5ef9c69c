import assert from 'node:assert/strict';
import { appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { declare, login, makeSample, sampleDavgate, startDavgate } from './helpers/davgate.js';
import { freePort } from './helpers/free-port.js';
import { curl } from './helpers/programs.js';
import { reload } from './helpers/reloading.js';

type Sample = Awaited<ReturnType<typeof sampleDavgate>>;

describe('a reload of a declaration that says where to listen', () => {
  it('does not listen elsewhere, says so, and takes up the rest', async () => {
    const folder = await makeSample();
    const port = await freePort();
    await declare(folder, (declaration) => (declaration.listen = { host: '127.0.0.1', port }));
    const davgate = await startDavgate(folder, { HOST: '', PORT: '' });
    try {
      await declare(folder, (declaration) => {
        declaration.listen = { host: '127.0.0.1', port: port === 1 ? 2 : 1 };
        declaration.metrics = { port: 2 };
        declaration.realm = 'another';
      });
      assert.equal((await reload(davgate)).msg, 'reloaded');
      const warning = davgate.log.find(({ msg }) => String(msg).startsWith('"listen" has changed'));
      assert.deepEqual([warning?.level, warning?.port], ['warn', 1]);
      assert.ok(davgate.log.some(({ msg }) => String(msg).startsWith('"metrics" has changed')));
      const { headers } = await curl(`http://127.0.0.1:${port}/docs/`);
      assert.match(headers.get('www-authenticate') ?? '', /realm="another"/);
    } finally {
      await davgate.end();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a reload of a Django project', () => {
  let davgate: Sample;
  let settings: string;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      declaration.django = {
        project: './django-site',
        settings: 'mysite.settings',
        python: '/usr/bin/python3',
      };
    });
    settings = join(davgate.folder, 'django-site', 'mysite', 'settings.py');
  });
  after(() => davgate.dispose());

  const browser = [
    '--header',
    'Accept: text/html',
    '--header',
    'Sec-Fetch-Mode: navigate',
    '--user-agent',
    'Mozilla/5.0',
  ];
  const loginPage = async () => (await curl(`${davgate.url}/docs/`, browser)).headers.get('location');

  it('takes up what the site has changed in its settings', async () => {
    assert.equal(await loginPage(), '/accounts/login/?next=%2Fdocs%2F');
    await appendFile(settings, '\nLOGIN_URL = "/enter/"\n');
    assert.equal((await reload(davgate)).msg, 'reloaded');
    assert.equal(await loginPage(), '/enter/?next=%2Fdocs%2F');
  });

  it('accepts no password any more whose hasher the site has dropped, however often it was right', async () => {
    const alice = async () => (await curl(`${davgate.url}/docs/`, ['--user', login('alice')])).status;
    assert.equal(await alice(), 200);
    const hashers = "\nPASSWORD_HASHERS = ['django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher']\n";
    const sound = await readFile(settings, 'utf8');
    await writeFile(settings, sound + hashers);
    assert.equal((await reload(davgate)).msg, 'reloaded');
    assert.equal(await alice(), 401);
    await writeFile(settings, sound);
    assert.equal((await reload(davgate)).msg, 'reloaded');
    assert.equal(await alice(), 200);
  });

  it('of a site that does not load changes nothing, and the log has the site\u2019s own error', async () => {
    const sound = await readFile(settings, 'utf8');
    await writeFile(`${settings}.new`, `${sound}\nraise RuntimeError('half way through a deployment')\n`);
    await rename(`${settings}.new`, settings);
    const line = await reload(davgate);
    assert.equal(line.level, 'error');
    assert.match(String(line.reason), /RuntimeError: half way through a deployment/);
    assert.equal(await loginPage(), '/enter/?next=%2Fdocs%2F');
    await writeFile(settings, sound);
    assert.equal((await reload(davgate)).msg, 'reloaded');
  });
});
