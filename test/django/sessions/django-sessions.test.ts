import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { SessionUsers } from '../../../src/django/sessions/session-users.js';
import { djangos } from '../djangos.js';
import { engines, modelBackend, newName, reading, secretKey } from './setting.js';
import { siteOfSuite, twoWeeks, using, type ReadingOptions } from './setting.js';

const name = async (users: SessionUsers, cookie: string) => (await users.find(cookie))?.username;
const inSeconds = (seconds: number) => ({ clock: () => Date.now() + seconds * 1000 });

const matrix = djangos.flatMap((django) => engines.map((engine) => ({ django, engine })));

for (const { django, engine } of matrix) {
  describe(`a session of ${engine}, made by the login page of Django ${django.version}`, () => {
    const site = siteOfSuite(django);
    const settings = using(engine);
    const read = (t: TestContext, options: ReadingOptions = {}) =>
      reading(t, site().file, { engine, backends: [modelBackend], ...options });

    /** A new user who has logged in. */
    async function person(fields: object = {}) {
      const username = newName();
      await site().user(username, fields);
      return { username, cookie: await site().login(username, settings) };
    }

    test('is its user', async (t) => {
      const { username, cookie } = await person({ is_staff: true });
      const user = await read(t).find(cookie);
      assert.equal(user?.username, username);
      assert.equal(user.isStaff, true);
      assert.equal(await site().who(cookie, settings), username);
    });

    test('is its user whatever the backend where no backends are declared', async (t) => {
      const { username, cookie } = await person();
      const users = reading(t, site().file, { engine });
      assert.equal(await name(users, cookie), username);
    });

    test('is nobody at a site without secrets, or with an empty one', async (t) => {
      const { cookie } = await person();
      assert.equal(await name(read(t, { keys: [] }), cookie), undefined);
      assert.equal(await name(read(t, { keys: [''] }), cookie), undefined);
    });

    test('ends with logging out, as far as at Django', async (t) => {
      const { username, cookie } = await person();
      await site().logout(cookie, settings);
      const expected = engine === 'signed_cookies' ? username : undefined;
      assert.equal(await name(read(t), cookie), expected);
      assert.equal(await site().who(cookie, settings), expected);
    });

    test('leaves the others of its user alone when it ends', async (t) => {
      const { username, cookie } = await person();
      const other = await site().login(username, settings);
      await site().logout(cookie, settings);
      assert.equal(await name(read(t), other), username);
    });

    test('ends when the password changes, even to the same', async (t) => {
      const { username, cookie } = await person();
      const users = read(t);
      assert.equal(await name(users, cookie), username);
      await site().change(username, { password: username });
      assert.equal(await name(users, cookie), undefined);
      assert.equal(await site().who(cookie, settings), undefined);
    });

    test('outlives other changes of its user', async (t) => {
      const { username, cookie } = await person();
      await site().change(username, { username: `${username}-renamed`, email: 'new@example.org' });
      assert.equal(await name(read(t), cookie), `${username}-renamed`);
    });

    test('ends when SECRET_KEY changes, unless the old one is a fallback', async (t) => {
      const { username, cookie } = await person();
      const rotated = { ...settings, SECRET_KEY: 'another' };
      assert.equal(await name(read(t, { keys: ['another'] }), cookie), undefined);
      assert.equal(await site().who(cookie, rotated), undefined);
      assert.equal(await name(read(t, { keys: ['another', secretKey] }), cookie), username);
      assert.equal(await name(read(t, { keys: ['another', 'older', secretKey] }), cookie), username);
      const [major, minor] = await site().version();
      if (major < 4 || (major === 4 && minor === 0)) return;
      const withFallback = { ...rotated, SECRET_KEY_FALLBACKS: ['older', secretKey] };
      assert.equal(await site().who(cookie, withFallback), username);
    });

    test('counts under a new key and the old one alike', async (t) => {
      const { username } = await person();
      const cookie = await site().login(username, { ...settings, SECRET_KEY: 'another' });
      assert.equal(await name(read(t, { keys: ['another', secretKey] }), cookie), username);
      assert.equal(await name(read(t), cookie), undefined);
    });

    test('ends when its user is deactivated or deleted', async (t) => {
      const { username, cookie } = await person();
      const users = read(t);
      await site().change(username, { is_active: false });
      assert.equal(await name(users, cookie), undefined);
      assert.equal(await site().who(cookie, settings), undefined);
      await site().change(username, { is_active: true });
      assert.equal(await name(users, cookie), username);
      await site().delete(username);
      assert.equal(await name(users, cookie), undefined);
    });

    test('is nobody when it names another backend', async (t) => {
      const { cookie } = await person();
      const foreign = await site().put(cookie, { _auth_user_backend: 'site.tokens.Backend' }, settings);
      assert.equal(await name(read(t), foreign), undefined);
      assert.equal(await site().who(foreign, settings), undefined);
    });

    test('of an inactive user is nobody, whatever the backend says', async (t) => {
      const { username, cookie } = await person();
      const backend = 'django.contrib.auth.backends.AllowAllUsersModelBackend';
      const allowed = await site().put(cookie, { _auth_user_backend: backend }, settings);
      await site().change(username, { is_active: false });
      assert.equal(await site().who(allowed, { ...settings, AUTHENTICATION_BACKENDS: [backend] }), username);
      assert.equal(await name(read(t, { backends: [backend] }), allowed), undefined);
    });

    for (const [key, value] of [
      ['_auth_user_hash', ''],
      ['_auth_user_hash', null],
      ['_auth_user_hash', '0'.repeat(64)],
      ['_auth_user_id', '999999'],
      ['_auth_user_id', 2],
      ['_auth_user_backend', null],
    ] as const) {
      test(`is nobody with ${JSON.stringify(value)} as ${key}`, async (t) => {
        const { cookie } = await person();
        assert.equal(await name(read(t), await site().put(cookie, { [key]: value }, settings)), undefined);
      });
    }

    test('cannot be made into another user’s', async (t) => {
      const { cookie } = await person();
      const stolen = await site().put(cookie, { _auth_user_id: '1' }, settings);
      assert.equal(await name(read(t), stolen), undefined);
      assert.equal(await site().who(stolen, settings), undefined);
    });

    test('of a visitor who is not logged in is nobody', async (t) => {
      const cookie = await site().anonymous({ basket: [1, 2] }, settings);
      assert.equal(await name(read(t), cookie), undefined);
    });

    test('counts until it is too old', async (t) => {
      const { username, cookie } = await person();
      const now = Date.now() / 1000;
      assert.equal(await name(read(t, inSeconds(twoWeeks - 60)), cookie), username);
      assert.equal(await site().who(cookie, settings, now + twoWeeks - 60), username);
      assert.equal(await name(read(t, inSeconds(twoWeeks + 60)), cookie), undefined);
      assert.equal(await site().who(cookie, settings, now + twoWeeks + 60), undefined);
    });

    test('counts as long as SESSION_COOKIE_AGE says', async (t) => {
      const { username } = await person();
      const brief = { ...settings, SESSION_COOKIE_AGE: 600 };
      const cookie = await site().login(username, brief);
      assert.equal(await name(read(t, { cookieAge: 600, ...inSeconds(590) }), cookie), username);
      assert.equal(await name(read(t, { cookieAge: 600, ...inSeconds(610) }), cookie), undefined);
    });

    test('may hold much more than a login', async (t) => {
      const { username, cookie } = await person();
      const prose = 'Ä boat, a buoy & a tide table. '.repeat(3000);
      const large = await site().put(cookie, { prose, 'naïve ☃': [1.5, null, { a: true }] }, settings);
      if (engine === 'signed_cookies') assert.equal(large.startsWith('.'), true);
      assert.equal(await name(read(t), large), username);
    });

    test('is not read when it holds megabytes', async (t) => {
      const { cookie } = await person();
      const large = await site().put(cookie, { prose: 'tide '.repeat(400_000) }, settings);
      assert.equal(await name(read(t), large), undefined);
    });
  });
}
