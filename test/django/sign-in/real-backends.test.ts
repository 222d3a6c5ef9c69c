import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { hasPermission } from '../../../src/access/identity.js';
import { MemoryFailureCounter } from '../../../src/credentials/memory-failure-counter.js';
import { SiteAuthenticator } from '../../../src/credentials/site-authenticator.js';
import { RightsAuthenticator, SiteRights } from '../../../src/credentials/site-rights.js';
import { Throttle } from '../../../src/credentials/throttle.js';
import { isFailure } from '../../../src/failure.js';
import { ldapServer } from '../../servers/ldap-server.js';
import { djangos } from '../djangos.js';
import { signingSite, type SigningOptions } from './signing-site.js';

/** A site's own sign-in and permissions behind davgate's authenticator, time in the test's hands. */
function signIn(t: TestContext, options: SigningOptions, permissions: readonly string[] = []) {
  const site = signingSite(t, options);
  const pool = site.pool({ size: 1, permissions });
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const directory = site.directory();
  const noted = (trouble: string): void => void site.notes.push(trouble);
  const inner = new SiteAuthenticator({ site: pool, directory, seconds: 60, now, noted });
  const rights = new SiteRights({ site: pool, directory, seconds: 60, now });
  const authenticator = new RightsAuthenticator(inner, rights);
  const throttle = new Throttle({ counter: new MemoryFailureCounter() });
  return {
    ...site,
    clock,
    login: (username: string, password = `${username}-demo`, address = '10.0.0.1') =>
      authenticator.authenticate({ username, password }, throttle.attempt(address)),
  };
}

const byEmail = `
from django.contrib.auth.models import User

class ByEmail(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        count(username)
        user = User.objects.filter(email__iexact=username).first()
        if user is None:
            User().set_password(password)
        elif user.check_password(password) and self.user_can_authenticate(user):
            return user
`;

for (const django of djangos) {
  test(`by e-mail in any case, Django ${django.version}`, async (t) => {
    const site = signIn(t, { backends: ['own.ByEmail'], own: byEmail, django });
    for (const name of ['alice@example.org', 'ALICE@Example.ORG']) {
      const identity = await site.login(name, 'alice-demo');
      assert.equal(identity?.username, 'alice', name);
      assert.deepEqual([identity.isStaff, [...identity.groups]], [true, ['editors']]);
    }
    assert.equal(await site.login('alice@example.org', 'no'), undefined);
    assert.equal(await site.login('alice', 'alice-demo'), undefined, 'the table alone lets nobody in');
    assert.equal(await site.login('carol@example.org', 'carol-demo'), undefined, 'inactive');
    assert.deepEqual(site.notes, []);
  });

  test(`Django\u2019s own backend says the same as the tables, Django ${django.version}`, async (t) => {
    const permissions = ['auth.view_group', 'auth.delete_group', 'nowhere.view_nothing'];
    const site = signIn(t, { backends: ['own.Counting'], django }, permissions);
    const may = async (name: string): Promise<boolean[]> => {
      const identity = await site.login(name);
      assert.ok(identity, name);
      return permissions.map((permission) => hasPermission(identity, permission));
    };
    assert.deepEqual(await may('alice'), [true, false, false]);
    assert.deepEqual(await may('bob'), [false, false, false]);
    assert.deepEqual(site.calls(), ['alice', 'bob']);
  });

  test(`nothing is written: no last_login, no row, no session, Django ${django.version}`, async (t) => {
    const site = signIn(t, { backends: ['own.Counting'], django }, ['auth.view_group']);
    const dump = (): string => site.python('-m', 'django', 'dumpdata', '--natural-foreign');
    const before = dump();
    const files = site.files();
    assert.ok(await site.login('alice'));
    assert.equal(await site.login('alice', 'no'), undefined);
    assert.equal(dump(), before);
    assert.deepEqual(
      site.files().filter((name) => !files.includes(name)),
      ['calls'],
    );
  });
}

test('django-axes shuts out an address, the client\u2019s own', async (t) => {
  const site = signIn(t, {
    backends: ['axes.backends.AxesBackend', 'own.Counting'],
    apps: ['axes'],
    settings: 'AXES_FAILURE_LIMIT = 3\nAXES_VERBOSE = False',
  });
  for (let guess = 0; guess < 3; guess += 1) assert.equal(await site.login('alice', `no${guess}`), undefined);
  assert.equal(await site.login('alice'), undefined, 'shut out');
  assert.equal((await site.login('alice', 'alice-demo', '10.9.9.9'))?.username, 'alice');
  assert.deepEqual(
    site.calls(),
    ['alice', 'alice', 'alice', 'alice'],
    'ModelBackend is not reached while shut out',
  );
  assert.deepEqual(site.notes, []);
});

describe('django-guardian', () => {
  const guarded = {
    apps: ['guardian'],
    then: `
from guardian.shortcuts import assign_perm
assign_perm('auth.change_group', User.objects.get(username='bob'), editors)
`,
  };

  test('gives nobody for all things what they have for one', async (t) => {
    const backends = ['own.Counting', 'guardian.backends.ObjectPermissionBackend'];
    const site = signIn(t, { ...guarded, backends }, ['auth.change_group', 'auth.view_group']);
    const [alice, bob] = [await site.login('alice'), await site.login('bob')];
    assert.ok(alice && bob);
    assert.equal(hasPermission(alice, 'auth.view_group'), true);
    assert.equal(hasPermission(bob, 'auth.change_group'), false);
    assert.deepEqual(site.notes, []);
  });

  test('is asked by a backend that makes a role of it', async (t) => {
    const own = `
class Role(BaseBackend):
    def has_perm(self, user, perm, obj=None):
        from django.contrib.auth.models import Group
        editors = Group.objects.get(name='editors')
        return perm == 'docs.edit' and obj is None and user.has_perm('auth.change_group', editors)
`;
    const backends = ['own.Counting', 'guardian.backends.ObjectPermissionBackend', 'own.Role'];
    const site = signIn(t, { ...guarded, own, backends }, ['docs.edit']);
    const role = async (name: string): Promise<boolean> => {
      const identity = await site.login(name);
      return identity !== undefined && hasPermission(identity, 'docs.edit');
    };
    assert.deepEqual([await role('alice'), await role('bob')], [false, true]);
    site.python(
      '-c',
      `
import django
django.setup()
from django.contrib.auth.models import Group, User
from guardian.shortcuts import remove_perm
remove_perm('auth.change_group', User.objects.get(username='bob'), Group.objects.get())
`,
    );
    assert.equal(await role('bob'), true, 'for its time');
    site.clock.now += 60_000;
    assert.equal(await role('bob'), false);
  });
});

describe('django-auth-ldap and slapd', () => {
  const settings = (url: string): string => `
import ldap
from django_auth_ldap.config import GroupOfNamesType, LDAPSearch
AUTH_LDAP_SERVER_URI = '${url}'
AUTH_LDAP_USER_DN_TEMPLATE = 'uid=%(user)s,ou=people,dc=example'
AUTH_LDAP_GROUP_SEARCH = LDAPSearch('ou=groups,dc=example', ldap.SCOPE_SUBTREE, '(objectClass=groupOfNames)')
AUTH_LDAP_GROUP_TYPE = GroupOfNamesType()
AUTH_LDAP_USER_FLAGS_BY_GROUP = {'is_staff': 'cn=editors,ou=groups,dc=example'}
AUTH_LDAP_FIND_GROUP_PERMS = True
AUTH_LDAP_CACHE_TIMEOUT = 0
`;
  const unavailable = (error: unknown): boolean => isFailure(error, 'unavailable');

  test('sign people in, with what the directory says that they may', async (t) => {
    const directory = await ldapServer(t);
    const site = signIn(
      t,
      { backends: ['django_auth_ldap.backend.LDAPBackend'], settings: settings(directory.url) },
      ['auth.view_group'],
    );
    assert.equal(await site.login('alice', 'no'), undefined);
    assert.equal(await site.login('nobody'), undefined);
    assert.equal(await site.login('bob'), undefined, 'who is in the table alone');
    assert.equal(await site.login('alice', ''), undefined, 'no bind without a password');
    const dave = await site.login('dave');
    assert.equal(dave?.username, 'dave', 'the backend has made their row');
    assert.deepEqual([dave.isStaff, hasPermission(dave, 'auth.view_group')], [false, false]);
    const alice = await site.login('Alice', 'alice-demo');
    assert.equal(alice?.username, 'alice');
    assert.deepEqual([alice.isStaff, hasPermission(alice, 'auth.view_group')], [true, true]);
    assert.deepEqual(site.notes, []);
  });

  test('a password that changes there holds for its time, and a new one at once', async (t) => {
    const directory = await ldapServer(t);
    const site = signIn(t, {
      backends: ['django_auth_ldap.backend.LDAPBackend'],
      settings: settings(directory.url),
    });
    assert.ok(await site.login('dave'));
    await directory.setPassword('dave', 'new');
    assert.ok(await site.login('dave', 'new'));
    assert.ok(await site.login('dave', 'dave-demo'), 'for its time');
    site.clock.now += 60_000;
    assert.equal(await site.login('dave', 'dave-demo'), undefined);
    assert.ok(await site.login('dave', 'new'));
  });

  test('a directory that is down is told from a wrong password, and lets nobody in', async (t) => {
    const directory = await ldapServer(t);
    const site = signIn(t, {
      backends: ['django_auth_ldap.backend.LDAPBackend', 'own.Counting'],
      settings: settings(directory.url),
    });
    assert.ok(await site.login('dave'));
    await directory.stop();
    assert.ok(await site.login('dave'), 'for its time');
    site.clock.now += 60_000;
    await assert.rejects(site.login('dave'), unavailable);
    await assert.rejects(site.login('alice', 'no'), unavailable);
    assert.ok(await site.login('alice'), 'by the other backend');
    assert.match(site.notes[0] ?? '', /LDAP: SERVER_DOWN/);
  });
});
