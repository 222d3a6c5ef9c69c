import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasPermission, type Identity } from '../../src/access/identity.js';
import { RightsAuthenticator, RightsSessions, SiteRights } from '../../src/credentials/site-rights.js';
import { Failure, isFailure } from '../../src/failure.js';

const bob: Identity = {
  id: '2',
  username: 'bob',
  isStaff: false,
  isSuperuser: false,
  groups: new Set(['editors']),
  permissions: new Set(['docs.delete_document']),
};

function setting() {
  const asked: string[] = [];
  const clock = { now: 5000 };
  const says = { permissions: ['docs.view_document'], gone: false, exists: true };
  const rights = new SiteRights({
    site: {
      permissionsOf: ({ id, encodedPassword }) => {
        assert.equal(encodedPassword, 'plain$bob-demo');
        asked.push(id);
        return says.gone
          ? Promise.reject(new Failure('unavailable', 'The site cannot answer just now.'))
          : Promise.resolve(new Set(says.permissions));
      },
    },
    directory: {
      findById: (id) => {
        const row = { ...bob, id, isActive: true, encodedPassword: 'plain$bob-demo' };
        return Promise.resolve(says.exists ? row : undefined);
      },
    },
    seconds: 60,
    now: () => clock.now,
  });
  return { asked, clock, says, rights };
}

describe('what the site says that a user may', () => {
  test('is all that they may, a superuser too', async () => {
    const { rights } = setting();
    for (const isSuperuser of [false, true]) {
      const identity = await rights.of({ ...bob, isSuperuser });
      assert.equal(hasPermission(identity, 'docs.view_document'), true);
      assert.equal(hasPermission(identity, 'docs.delete_document'), false);
    }
  });

  test('holds for its time, however many ask, and however often the row is read', async () => {
    const { asked, clock, says, rights } = setting();
    await Promise.all(Array.from({ length: 50 }, () => rights.of({ ...bob })));
    assert.equal(asked.length, 1);
    says.permissions = [];
    clock.now += 59_999;
    assert.equal(hasPermission(await rights.of({ ...bob }), 'docs.view_document'), true);
    assert.equal(rights.peek({ ...bob })?.username, 'bob');
    clock.now += 1;
    assert.equal(rights.peek(bob), undefined);
    assert.equal(hasPermission(await rights.of(bob), 'docs.view_document'), false);
    assert.equal(asked.length, 2);
  });

  for (const [what, change] of Object.entries({
    'their groups change': { groups: new Set<string>() },
    'their permissions in the tables change': { permissions: new Set<string>() },
    'they are staff': { isStaff: true },
    'they are superusers': { isSuperuser: true },
  })) {
    test(`is asked again at once when ${what}`, async () => {
      const { asked, says, rights } = setting();
      await rights.of(bob);
      says.permissions = [];
      assert.equal(rights.peek({ ...bob, ...change }), undefined);
      assert.equal(hasPermission(await rights.of({ ...bob, ...change }), 'docs.view_document'), false);
      assert.equal(asked.length, 2);
    });
  }

  test('lets nobody in while it is not known, by password or by session', async () => {
    const { says, rights } = setting();
    says.gone = true;
    const byPassword = new RightsAuthenticator(
      { recall: () => bob, authenticate: () => Promise.resolve(bob) },
      rights,
    );
    const bySession = new RightsSessions({ authenticate: () => Promise.resolve(bob) }, rights);
    const credentials = { username: 'bob', password: 'x' };
    assert.equal(byPassword.recall(credentials, 'here'), undefined);
    for (const asking of [byPassword.authenticate(credentials), bySession.authenticate('cookie')]) {
      await assert.rejects(asking, (error) => isFailure(error, 'unavailable'));
    }
    says.gone = false;
    assert.equal((await byPassword.authenticate(credentials))?.permissionsBySite, true);
    assert.equal((await bySession.authenticate('cookie'))?.permissionsBySite, true);
    assert.equal(byPassword.recall(credentials, 'here')?.permissionsBySite, true);
  });

  test('is nothing where the user is gone', async () => {
    const { asked, says, rights } = setting();
    says.exists = false;
    const { permissions, permissionsBySite } = await rights.of(bob);
    assert.deepEqual([[...permissions], permissionsBySite, asked], [[], true, []]);
  });

  test('is not asked of whom nobody let in', async () => {
    const { asked, rights } = setting();
    const nobody = new RightsAuthenticator(
      { recall: () => undefined, authenticate: () => Promise.resolve(undefined) },
      rights,
    );
    assert.equal(await nobody.authenticate({ username: 'bob', password: 'x' }), undefined);
    assert.deepEqual(asked, []);
  });
});
