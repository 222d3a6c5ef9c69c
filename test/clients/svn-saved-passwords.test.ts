import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeRepositories } from '../svn/apache-fixture.js';
import { startBareApache } from './helpers/bare-apache.js';
import { declare, login, makeSample, startDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

/** Realms as davgate has them, and as they stand between the quotation marks of Apache's AuthName. */
const realms: readonly (readonly [realm: string, authName: string])[] = [
  ['davgate', 'davgate'],
  ['Our files', 'Our files'],
  ['the "other" site', 'the \\"other\\" site'],
  ['Akten des Büros', 'Akten des Büros'],
  ['文書', '文書'],
  ['", charset="UTF-8', '\\", charset=\\"UTF-8'],
];

/** What a client of Apache alone has saved, and the davgate that has taken Apache's host, port and realm. */
async function movedFromApache(t: TestContext, [realm, authName]: readonly [string, string]) {
  const work = await mkdtemp(join(tmpdir(), 'davgate-saved-'));
  t.after(() => rm(work, { recursive: true, force: true }));
  await chmod(work, 0o755);
  const home = join(work, 'home');
  await mkdir(join(home, '.subversion'), { recursive: true });
  // A client that has no keyring keeps passwords only when it is told that it may.
  await writeFile(join(home, '.subversion', 'servers'), '[global]\nstore-plaintext-passwords = yes\n');
  const env = { HOME: home };
  const repositories = await makeRepositories(work, 'sample');
  const probe = '/svn/sample/';
  const apache = await startBareApache({ repositories, work, authors: true, realm: authName, probe });
  t.after(() => apache.end());
  const saving = ['--non-interactive', '--username', 'alice', '--password', 'alice-demo'];
  await run('svn', ['info', `${apache.url}/svn/sample`, ...saving], { env });
  await apache.end();
  const folder = await makeSample();
  t.after(() => rm(folder, { recursive: true, force: true }));
  await declare(folder, (declaration) => (declaration.realm = realm));
  const davgate = await startDavgate(folder, { PORT: new URL(apache.url).port });
  t.after(() => davgate.end());
  assert.equal(davgate.url, apache.url);
  const saved = join(home, '.subversion', 'auth', 'svn.simple');
  const files = await readdir(saved);
  const [file = ''] = files;
  return { davgate, env, work, files, text: await readFile(join(saved, file), 'utf8') };
}

describe('a password that svn saved when Apache served the same host, port and realm', () => {
  for (const names of realms) {
    it(`is found and used, where the realm is ${names[0]}`, async (t) => {
      const { davgate, env, files, text } = await movedFromApache(t, names);
      assert.equal(files.length, 1);
      assert.ok(text.includes(`<${davgate.url}> ${names[1]}\n`), text);
      const { code, out, error } = await outcomeOf(
        'svn',
        ['log', '-r', '1', '--non-interactive', `${davgate.url}/svn/sample`],
        { env },
      );
      assert.deepEqual([code, error], [0, '']);
      assert.match(out, /^r1 /m);
      await davgate.logged(({ event, user }) => event === 'login-accepted' && user === 'alice');
    });
  }

  it('is found and used by git svn', async (t) => {
    const { davgate, env, work } = await movedFromApache(t, ['davgate', 'davgate']);
    const copy = join(work, 'clone');
    const { code, error } = await outcomeOf(
      'git',
      ['svn', 'clone', `${davgate.url}/svn/sample/trunk`, copy],
      {
        env: { ...env, GIT_ASKPASS: '/bin/false', GIT_TERMINAL_PROMPT: '0' },
        input: '',
      },
    );
    assert.equal(code, 0, error);
    assert.ok((await readdir(copy)).includes('README.md'));
  });
});

describe('the challenge', () => {
  it('is the realm alone, the same for every path and client', async (t) => {
    const folder = await makeSample();
    t.after(() => rm(folder, { recursive: true, force: true }));
    const davgate = await startDavgate(folder);
    t.after(() => davgate.end());
    for (const path of ['/', '/svn', '/svn/sample/', '/docs/', '/media/', '/nowhere']) {
      for (const agent of ['SVN/1.14.2 (x86_64-pc-linux-gnu) serf/1.3.9', 'git-svn', 'Mozilla/5.0']) {
        for (const user of [[], ['--user', `${login('alice')}x`]]) {
          const { status, headers } = await curl(davgate.url + path, ['--user-agent', agent, ...user]);
          assert.deepEqual(
            [status, headers.get('www-authenticate')],
            [401, 'Basic realm="davgate"'],
            `${path} for ${agent}`,
          );
        }
      }
    }
  });

  it('takes names and passwords in UTF-8 and in Latin-1 from clients that were told of neither', async (t) => {
    const folder = await makeSample();
    t.after(() => rm(folder, { recursive: true, force: true }));
    await run('python3', [
      '-c',
      `import sqlite3, hashlib, base64
db = sqlite3.connect(${JSON.stringify(join(folder, 'django-site', 'db.sqlite3'))})
derived = base64.b64encode(hashlib.pbkdf2_hmac('sha256', 'Grüße'.encode(), b'salt', 1000)).decode()
db.execute("update auth_user set username = 'müller', password = ? where username = 'alice'",
           ('pbkdf2_sha256$1000$salt$' + derived,))
db.commit()`,
    ]);
    const davgate = await startDavgate(folder);
    t.after(() => davgate.end());
    for (const encoding of ['utf8', 'latin1'] as const) {
      const basic = Buffer.from('müller:Grüße', encoding).toString('base64');
      const { status } = await curl(`${davgate.url}/media/`, ['--header', `Authorization: Basic ${basic}`]);
      assert.equal(status, 200, encoding);
    }
  });
});
