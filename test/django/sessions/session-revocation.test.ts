import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SessionAuthenticator } from '../../../src/credentials/session-authenticator.js';
import { isFailure } from '../../../src/failure.js';
import { sampleDatabase } from '../sample-database.js';
import { newName, reading, siteOfSuite, using } from './setting.js';

/** An authenticator as davgate has it, its clock in the test's hands. */
function authenticator(t: TestContext, file: string) {
  const clock = { now: 0 };
  const sessions = new SessionAuthenticator({ sessions: reading(t, file), now: () => clock.now });
  const name = async (cookie: string) => (await sessions.authenticate(cookie))?.username;
  return { clock, name };
}

describe('within a second, a session', () => {
  const site = siteOfSuite();
  const ends: Record<string, (username: string, cookie: string) => Promise<void>> = {
    'ends with logging out': (_, cookie) => site().logout(cookie, using('db')),
    'ends with a new password': (username) => site().change(username, { password: 'another' }),
    'ends with its user’s right to log in': (username) => site().change(username, { is_active: false }),
    'ends with its user': (username) => site().delete(username),
  };
  for (const [what, end] of Object.entries(ends)) {
    test(what, async (t) => {
      const username = newName();
      await site().user(username);
      const { clock, name } = authenticator(t, site().file);
      const cookie = await site().login(username, using('db'));
      assert.equal(await name(cookie), username);
      await end(username, cookie);
      clock.now += 1000;
      assert.equal(await name(cookie), undefined);
    });
  }
});

test('a session is unavailable when the database is', async (t) => {
  const database = sampleDatabase(t);
  const { name } = authenticator(t, database.file);
  database.remove();
  await assert.rejects(name('abcdefgh12345678'), (error) => isFailure(error, 'unavailable'));
  database.restore();
  assert.equal(await name('abcdefgh12345678'), undefined);
});
