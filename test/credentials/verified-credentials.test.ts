import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerivationGate } from '../../src/credentials/derivation-gate.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import { VerifiedCredentials } from '../../src/credentials/verified-credentials.js';
import { MemoryDirectory } from './memory-directory.js';

test('verified credentials pass from one authenticator to the next, which asks its own directory who has them', async () => {
  const directory = new MemoryDirectory();
  directory.put('alice');
  const verified = new VerifiedCredentials();
  const authenticator = () =>
    new DirectoryAuthenticator({
      directory,
      passwords: {
        check: (password, encoded) => Promise.resolve(encoded === `plain$${password}`),
      },
      gate: new DerivationGate({ atOnce: 1 }),
      now: () => 0,
      verified,
    });
  const [first, second, third] = [authenticator(), authenticator(), authenticator()];
  const alice = { username: 'alice', password: 'alice-demo' };
  assert.ok(await first.authenticate(alice));
  assert.ok(await second.authenticate(alice));
  assert.deepEqual([first.derivations, second.derivations], [1, 0]);
  directory.put('alice', { encodedPassword: 'plain$another' });
  assert.equal(await third.authenticate(alice), undefined);
});
