import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { placeOf } from '../../src/credentials/throttle.js';
import { throttled } from './throttled-setting.js';

/** alice, whose password was just found right at `here`. */
async function verified(t: TestContext) {
  const parts = throttled(t);
  assert.equal(await parts.login('192.0.2.1', 'alice'), 'in');
  const recall = (password = 'alice-demo', address = '192.0.2.1', username = 'alice') =>
    parts.authenticator.recall({ username, password }, placeOf(address))?.username;
  return { ...parts, recall };
}

describe('recalling credentials', () => {
  test('gives the user at once where they were used, without another reading or derivation', async (t) => {
    const { recall, directory, authenticator } = await verified(t);
    const { finds } = directory;
    assert.equal(recall(), 'alice');
    assert.deepEqual([directory.finds, authenticator.derivations], [finds, 1]);
  });

  for (const [name, ...asked] of [
    ['another password', 'wrong'],
    ['another place, where they are a try like any other', 'alice-demo', '192.0.2.2'],
    ['another user', 'alice-demo', '192.0.2.1', 'bob'],
    ['a user who was never there', 'bob-demo', '192.0.2.1', 'bob'],
    ['a password too long to be anybody\u2019s', 'p'.repeat(4097)],
  ] as const) {
    test(`gives nothing for ${name}`, async (t) => {
      const { recall } = await verified(t);
      assert.equal(recall(...asked), undefined);
    });
  }

  test('gives nothing once the reading of the user is a second old', async (t) => {
    const { recall, pass } = await verified(t);
    pass(999);
    assert.equal(recall(), 'alice');
    pass(1);
    assert.equal(recall(), undefined);
  });

  for (const [name, change] of [
    ['is deactivated', { isActive: false }],
    ['has another password', { encodedPassword: 'plain$other' }],
  ] as const) {
    test(`gives nothing for a user who ${name}, as soon as that is read`, async (t) => {
      const { recall, directory, pass, login } = await verified(t);
      directory.put('alice', change);
      pass(1000);
      assert.equal(await login('192.0.2.1', 'alice'), 'wrong');
      assert.equal(recall(), undefined);
    });
  }
});
