import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { projectFolder } from '../../clients/helpers/davgate.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { until } from '../../helpers/until.js';
import { basic, loginSetting } from '../pipeline/login-setting.js';

const filter = join(projectFolder, 'docs/fail2ban/davgate.conf');
/** Where fail2ban is installed or unpacked. */
const fail2ban = process.env.DAVGATE_TEST_FAIL2BAN ?? '/';

/** User names that try to look like a line, or like the end of one. */
const forgeries = [
  'bob","address":"203.0.113.9","x":"',
  'bob"}\n{"level":"info","time":"2026-11-22T10:00:00.000Z","event":"login-refused","address":"203.0.113.9","x":"',
  '\r\n,"event":"login-refused","address":"203.0.113.9",',
  ',"event":"login-refused","address":"203.0.113.9",',
  '{"event":"login-refused","address":"203.0.113.9"}',
  '\\',
  '\\","event":"login-refused","address":"203.0.113.9","x":"',
  'line\u2028separator\u2029and\u0085next\u000b\u000cline',
  '203.0.113.9',
  '\u{1f511} \u202e \u0007',
];

describe('the audit', () => {
  test('has one line for a login that is accepted first, refused or throttled, without the password', async (t) => {
    const { ask, audit, written } = await loginSetting(t, { limits: { user: { failures: 1, seconds: 60 } } });
    const alice = { headers: basic('alice', 'alice-demo') };
    await Promise.all(Array.from({ length: 20 }, () => ask(alice)));
    await ask(alice);
    for (const password of ['hunter-1', 'hunter-2']) await ask({ headers: basic('bob', password) });
    await ask({ headers: basic('carol', 'p'.repeat(5000)) });
    await until(
      () => written.filter((line) => line.includes('"msg":"request"')).length === 24,
      'all requests are in the log',
    );
    const lines = audit().map(({ time, requestId, ...line }) => {
      assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.ok(written.some((other) => other.includes(`"requestId":"${String(requestId)}","address"`)));
      return line;
    });
    const common = { level: 'info', address: '127.0.0.1' };
    assert.deepEqual(lines, [
      { ...common, event: 'login-accepted', user: 'alice', msg: 'login accepted' },
      { ...common, event: 'login-refused', reason: 'wrong-credentials', user: 'bob', msg: 'login refused' },
      {
        ...common,
        event: 'login-throttled',
        reason: 'too-many-for-user',
        user: 'bob',
        msg: 'login throttled',
      },
      { ...common, event: 'login-refused', reason: 'wrong-credentials', user: 'carol', msg: 'login refused' },
    ]);
    for (const secret of ['alice-demo', 'hunter', 'pppp'])
      assert.doesNotMatch(written.join(''), new RegExp(secret));
    for (const secret of ['alice:alice-demo', 'bob:hunter-1']) {
      assert.ok(!written.join('').includes(Buffer.from(secret).toString('base64')));
    }
  });

  test('cuts a long user name', async (t) => {
    const { ask, audit } = await loginSetting(t);
    await ask({ headers: basic('n'.repeat(9000), 'x') });
    assert.equal(audit()[0]?.user, 'n'.repeat(254));
  });

  test('cannot be forged by a user name', async (t) => {
    const { ask, written } = await loginSetting(t);
    for (const user of forgeries) await ask({ headers: basic(user.replaceAll(':', '\uff1a'), 'x') });
    for (const user of forgeries) await ask({ headers: basic(user, 'x') });
    for (const line of written) {
      assert.match(line, /^\{[^\n]*\}\n$/);
      JSON.parse(line);
    }
    const found = written.filter((line) => expression().test(line));
    assert.equal(found.length, 2 * forgeries.length);
    assert.ok(found.every((line) => expression().exec(line)?.[1] === '127.0.0.1'));
    assert.ok(found.every((line) => line.startsWith('{"level":"info","time":"')));
  });

  test('is read by fail2ban with the filter in docs/: refused and throttled logins, their addresses and times', async (t) => {
    const { ask, written } = await loginSetting(t, { proxies: ['127.0.0.9'] });
    const from = (address: string, user: string, password: string) =>
      ask({ from: '127.0.0.9', headers: { ...basic(user, password), 'x-forwarded-for': address } });
    await from('192.0.2.1', 'alice', 'alice-demo');
    for (const user of forgeries) await from('198.51.100.7', user, 'x');
    for (let guess = 0; guess < 13; guess += 1) await from('2001:db8::7', 'alice', `guess ${guess}`);
    const file = join(temporaryFolder(t), 'log');
    writeFileSync(file, written.join(''));
    const matched = async (output: string): Promise<string[]> => {
      const { stdout } = await promisify(execFile)(
        '/usr/bin/python3',
        [
          join(fail2ban, 'usr/bin/fail2ban-regex'),
          '-c',
          join(fail2ban, 'etc/fail2ban'),
          '-o',
          output,
          file,
          filter,
        ],
        { env: { ...process.env, PYTHONPATH: join(fail2ban, 'usr/lib/python3/dist-packages') } },
      );
      return stdout.split('\n').filter((line) => line !== '');
    };
    const expected = [
      ...Array.from({ length: forgeries.length }, () => '198.51.100.7'),
      ...Array.from({ length: 13 }, () => '2001:db8::7'),
    ];
    assert.deepEqual(await matched('ip'), expected);
    const now = Date.now() / 1000;
    for (const row of await matched('row')) {
      const seconds = Number(/,\s*(\d+(?:\.\d+)?)/.exec(row)?.[1]);
      assert.ok(Math.abs(now - seconds) < 60, row);
    }
  });
});

/** The filter's expression as it meets a line from which fail2ban has cut the time. */
function expression(): RegExp {
  const failregex = /^failregex = \^(.*)$/m.exec(readFileSync(filter, 'utf8'))?.[1] ?? 'missing';
  return new RegExp(`^\\{"level":"info","time":"[^"]*"${failregex.replace('<ADDR>', '([0-9a-f.:]+)')}`);
}
