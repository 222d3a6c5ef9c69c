import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Identity } from '../../../src/access/identity.js';
import { RightsSessions, SiteRights } from '../../../src/credentials/site-rights.js';
import { Failure } from '../../../src/failure.js';
import { until } from '../../helpers/until.js';
import { basic, loginSetting } from './login-setting.js';

describe('authenticate', () => {
  test('asks for credentials, and answers OPTIONS of the root without', async (t) => {
    const { ask } = await loginSetting(t);
    const { status, headers } = await ask();
    assert.equal(status, 401);
    assert.equal(headers['www-authenticate'], 'Basic realm="a realm"');
    assert.equal((await ask({ method: 'OPTIONS' })).body, 'nobody');
    assert.equal((await ask({ method: 'OPTIONS', headers: basic('alice', 'wrong') })).status, 401);
  });

  test('does not take a request without credentials for a failed login, however many there are', async (t) => {
    const { ask, authenticator, audit } = await loginSetting(t, {
      limits: { address: { failures: 1, seconds: 60 } },
    });
    const fields = [
      undefined,
      'Negotiate YII=',
      'NTLM TlRM',
      'Bearer x',
      'Basic',
      'Basic !',
      'Basic bm9jb2xvbg==',
    ];
    for (const authorization of [...fields, ...fields]) {
      const { status } = await ask({ headers: authorization === undefined ? {} : { authorization } });
      assert.equal(status, 401);
    }
    assert.equal(authenticator.derivations, 0);
    assert.deepEqual(audit(), []);
    assert.equal((await ask({ headers: basic('alice', 'alice-demo') })).body, 'alice');
  });

  test('answers 401 and then 429 with Retry-After to guesses, and always 200 to who is verified', async (t) => {
    const { ask, authenticator } = await loginSetting(t, { limits: { user: { failures: 3, seconds: 60 } } });
    const right = { headers: basic('alice', 'alice-demo') };
    assert.equal((await ask(right)).status, 200);
    const statuses: number[] = [];
    for (let guess = 0; guess < 6; guess += 1) {
      const { status, headers } = await ask({ headers: basic('alice', `guess${guess}`) });
      statuses.push(status);
      assert.equal(headers['www-authenticate'] !== undefined, status === 401);
      assert.equal(headers['retry-after'] !== undefined, status === 429);
      if (status === 429) assert.ok(['59', '60'].includes(headers['retry-after'] ?? ''));
      assert.equal((await ask(right)).body, 'alice');
    }
    assert.deepEqual(statuses, [401, 401, 401, 429, 429, 429]);
    assert.equal(authenticator.derivations, 4);
  });

  test('answers 503, not 401, when the database cannot tell, and writes no line about the login', async (t) => {
    const { ask, directory, audit } = await loginSetting(t);
    directory.gone = true;
    for (const password of ['alice-demo', 'wrong']) {
      assert.equal((await ask({ headers: basic('alice', password) })).status, 503);
    }
    assert.deepEqual(audit(), []);
  });
});

const bob: Identity = {
  id: '2',
  username: 'bob',
  isStaff: false,
  isSuperuser: false,
  groups: new Set(),
  permissions: new Set(),
};

describe('where everybody may read', () => {
  const open = { isOpenToEverybody: ({ method }: { readonly method: string }) => method === 'GET' };

  test('nobody is asked who they are', async (t) => {
    const { ask, authenticator, audit } = await loginSetting(t, open);
    assert.equal((await ask()).body, 'anonymous');
    const { status, headers } = await ask({ method: 'PUT' });
    assert.equal(status, 401);
    assert.equal(headers['www-authenticate'], 'Basic realm="a realm"');
    assert.equal(authenticator.derivations, 0);
    assert.deepEqual(audit(), []);
  });

  test('who says who they are is known by name, and is refused if that is wrong', async (t) => {
    const { ask, audit } = await loginSetting(t, open);
    assert.equal((await ask({ headers: basic('alice', 'alice-demo') })).body, 'alice');
    const wrong = [
      basic('alice', 'wrong'),
      basic('zed', 'x'),
      { authorization: 'Bearer x' },
      { authorization: '' },
    ];
    for (const headers of wrong) assert.equal((await ask({ headers })).status, 401, headers.authorization);
    assert.deepEqual(
      audit().map(({ event, user }) => [event, user]),
      [
        ['login-accepted', 'alice'],
        ['login-refused', 'alice'],
        ['login-refused', 'zed'],
      ],
    );
  });

  test('a session that cannot be read now keeps nobody from what needs no name, and opens nothing else', async (t) => {
    const says = { gone: true };
    const bySession = {
      authenticate: (cookie: string) => Promise.resolve(cookie === 'of-bob' ? bob : undefined),
    };
    const rights = new SiteRights({
      site: {
        permissionsOf: () =>
          says.gone
            ? Promise.reject(new Failure('unavailable', 'The site cannot answer just now.'))
            : Promise.resolve(new Set()),
      },
      directory: {
        findById: () => Promise.resolve({ ...bob, isActive: true, encodedPassword: 'plain$bob-demo' }),
      },
      seconds: 60,
      now: () => performance.now(),
    });
    const { ask } = await loginSetting(t, { ...open, sessions: new RightsSessions(bySession, rights) });
    const headers = { cookie: 'sessionid=of-bob' };
    const put = { method: 'PUT', headers: { ...headers, 'sec-fetch-site': 'same-origin' } };
    assert.equal((await ask({ headers })).body, 'anonymous');
    assert.equal((await ask(put)).status, 503);
    says.gone = false;
    assert.equal((await ask({ headers })).body, 'bob');
    assert.equal((await ask(put)).body, 'bob');
  });

  test('guesses are throttled, and reading goes on without a name', async (t) => {
    const limits = { address: { failures: 2, seconds: 60 } };
    const { ask } = await loginSetting(t, { ...open, limits });
    const statuses: number[] = [];
    for (const guess of ['1', '2', '3'])
      statuses.push((await ask({ headers: basic('alice', guess) })).status);
    assert.deepEqual(statuses, [401, 401, 429]);
    assert.equal((await ask()).body, 'anonymous');
  });
});

describe('the address of a login', () => {
  const limits = { address: { failures: 2, seconds: 60 } };
  const guess = (forwarded: string, from?: string) => ({
    headers: { ...basic('alice', `guess ${forwarded}`), 'x-forwarded-for': forwarded },
    ...(from === undefined ? {} : { from }),
  });

  test('is the peer, whatever a stranger writes into X-Forwarded-For', async (t) => {
    const { ask, audit } = await loginSetting(t, { limits, proxies: ['127.0.0.9'] });
    const statuses: number[] = [];
    for (const end of [1, 2, 3, 4]) statuses.push((await ask(guess(`198.51.100.${end}`))).status);
    assert.deepEqual(statuses, [401, 401, 429, 429]);
    assert.equal((await ask(guess('198.51.100.5', '127.0.0.2'))).status, 401);
    assert.deepEqual(
      audit().map(({ address }) => address),
      ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2'],
    );
  });

  test("is X-Forwarded-For's where a trusted proxy wrote it, and what the client wrote there does not count", async (t) => {
    const { ask, audit, written } = await loginSetting(t, { limits, proxies: ['127.0.0.9'] });
    const statuses: number[] = [];
    for (const made of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) {
      statuses.push((await ask(guess(`${made}, 198.51.100.7`, '127.0.0.9'))).status);
    }
    assert.deepEqual(statuses, [401, 401, 429]);
    assert.equal((await ask(guess('198.51.100.8', '127.0.0.9'))).status, 401);
    const expected = ['198.51.100.7', '198.51.100.7', '198.51.100.7', '198.51.100.8'];
    assert.deepEqual(
      audit().map(({ address }) => address),
      expected,
    );
    const requests = (): string[] => written.filter((line) => line.includes('"msg":"request"'));
    await until(() => requests().length === expected.length, 'all requests are in the access log');
    assert.deepEqual(
      requests().map((line) => /"address":"([^"]*)"/.exec(line)?.[1]),
      expected,
      'the access log, too',
    );
  });
});
