import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { login, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf } from './helpers/programs.js';

/** The declaration is written on one line, which other tests make longer. */
function withoutColumn(text: string): string {
  return text.replace(/column \d+/, 'column N');
}

describe('what the log and the commands tell an administrator', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate((declaration, folder) => {
      const database = new Database(join(folder, 'django-site', 'db.sqlite3'));
      const password = (user: string, encoded: string) =>
        database.prepare('update auth_user set password = ? where username = ?').run(encoded, user);
      password('bob', 'md5$salt$0123456789abcdef0123456789abcdef');
      password('eve', '!unusable-0123456789abcdef');
      database.close();
      assert.ok(Array.isArray(declaration.shares));
      const shares: unknown[] = declaration.shares;
      declaration.shares = [
        ...shares,
        {
          ...{ path: '/code', kind: 'webdav', root: './docs' },
          require: { staff: false, permission: 'repos.veiw_repository' },
        },
      ];
    });
  });
  after(() => davgate.dispose());

  const command = (...words: readonly string[]) =>
    outcomeOf(process.execPath, [
      join(projectFolder, 'dist/server/cli/davgate.js'),
      ...words,
      join(davgate.folder, 'shares.json'),
    ]);

  it('has one line for a user whose password nobody can sign in by, and the client sees nothing of it', async () => {
    const answers: string[] = [];
    for (const user of ['bob', 'bob', 'eve', 'alice', 'nobody']) {
      const { status, headers, body } = await curl(`${davgate.url}/docs/`, ['--user', `${user}:wrong`]);
      const fields = ['www-authenticate', 'content-type', 'content-length', 'cache-control'].map((name) =>
        headers.get(name),
      );
      answers.push(JSON.stringify([status, ...fields, body.toString().replace(/Request: \S+/, '')]));
    }
    assert.equal(new Set(answers).size, 1, answers.join('\n'));
    const about = (user: string) =>
      davgate.log.filter((line) => line.msg === 'stored password not accepted' && line.user === user);
    await davgate.logged(({ msg, user }) => msg === 'stored password not accepted' && user === 'eve');
    assert.deepEqual(
      about('bob').map(({ level, reason }) => [level, reason]),
      [
        [
          'warn',
          'The password of this user is hashed by md5, which is not accepted: add it to "django.hashers".',
        ],
      ],
    );
    assert.deepEqual(
      about('eve').map(({ level }) => level),
      ['info'],
    );
    assert.deepEqual([about('alice'), about('nobody')], [[], []]);
    assert.ok(!JSON.stringify(davgate.log).includes('0123456789abcdef'));
  });

  it('explain says why a user cannot sign in, and answers 401', async () => {
    for (const [user, says] of [
      [
        'bob',
        /^Password the password of bob is hashed by md5, which is not accepted: add it to "django\.hashers"$/m,
      ],
      ['eve', /^Password the password of eve is unusable: they sign in elsewhere/m],
    ] as const) {
      const { code, out } = await command('explain', user, 'GET', '/media/');
      assert.match(out, says);
      assert.match(out, /^Answer {3}would be refused: 401 The user \w+ has no accepted password\.$/m);
      assert.equal(code, 1);
    }
  });

  it('who and explain name a permission that does not exist, and the nearest name', async () => {
    const words =
      'shares[5].require.permission: the site\u2019s database has no permission repos.veiw_repository, ' +
      'so only superusers have it: the nearest name is repos.view_repository';
    const listed = await command('who', '/code/x');
    assert.equal(withoutColumn(listed.error), `warning: line 1, column N: ${words}\n`);
    const explained = await command('explain', 'alice', 'GET', '/code/x');
    assert.ok(
      withoutColumn(explained.out).includes(`\nNote     line 1, column N: ${words}\n`),
      explained.out,
    );
    const elsewhere = await command('who', '/media/');
    assert.equal(elsewhere.error, '');
  });

  it('the log says the same soon after the start', async () => {
    const { level } = await davgate.logged(({ finding }) =>
      withoutColumn(String(finding)).startsWith(
        'line 1, column N: shares[5].require.permission: the site\u2019s database has no permission',
      ),
    );
    assert.equal(level, 'warn');
    await davgate.logged(({ finding }) =>
      String(finding).startsWith('The password of 1 active user is hashed by md5'),
    );
  });

  it('a Destination on another server is told with what it was compared with, in the log alone', async () => {
    const destination = 'https://files.example.org/docs/moved.txt';
    const { status, body } = await curl(`${davgate.url}/docs/boats.csv`, [
      ...['--user', login('alice'), '--request', 'COPY'],
      ...['--header', `Destination: ${destination}`, '--header', 'X-Forwarded-Host: files.example.org'],
    ]);
    assert.equal(status, 502);
    assert.doesNotMatch(body.toString(), /publicOrigin|trustedProxies|X-Forwarded|127\.0\.0\.1/);
    const { advice } = await davgate.logged(
      ({ reason }) => reason === 'The Destination is on another server.',
    );
    assert.equal(
      advice,
      `The Destination "${destination}" was compared with Host "127.0.0.1:${davgate.port}" and "127.0.0.1:${davgate.port}" ` +
        '("publicOrigin" is not declared; the connection is not from one of "trustedProxies"; X-Forwarded-Host is ' +
        '"files.example.org"): if clients reach davgate through a proxy, declare the origin that they use as "publicOrigin", or ' +
        'configure the proxy to keep Host; "trustedProxies" makes davgate use its X-Forwarded-Host and X-Forwarded-Proto.',
    );
  });
});
