import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteAuthenticator } from '../../../src/credentials/site-authenticator.js';
import type { SitePool } from '../../../src/django/sign-in/site-pool.js';
import type { SignedIn } from '../../../src/django/sign-in/site-sign-in.js';
import { isFailure } from '../../../src/failure.js';
import { until } from '../../helpers/until.js';
import { djangos } from '../djangos.js';
import { signingSite } from './signing-site.js';

/** Does to a sign-in what its user name says, and lets ModelBackend go on with all others. */
const odd = `
import ctypes, json, os, signal, stat, struct, subprocess, sys, threading, time
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied

def note_pid(pid):
    with open('pids', 'a') as file:
        file.write('%d\\n' % pid)

def nonce():
    frame = sys._getframe()
    while 'question' not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals['question']['nonce']

earlier = []

def answer(**more):
    body = json.dumps(dict(user={'id': '1', 'username': 'alice', 'proof': None}, **more)).encode()
    for descriptor in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.write(descriptor, struct.pack('>I', len(body)) + body)
        except OSError:
            pass

class Odd(BaseBackend):
    def authenticate(self, request, username=None, password=None):
        count(username)
        name = username.replace('-', '_')
        return getattr(self, name)(password) if hasattr(self, name) and '-' in username else None

    def it_hangs(self, password):
        note_pid(os.getpid())
        time.sleep(600)

    def it_hangs_deaf(self, password):
        note_pid(os.getpid())
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
        threading.Thread(target=time.sleep, args=(600,)).start()
        time.sleep(600)

    def it_crashes(self, password):
        os.kill(os.getpid(), signal.SIGSEGV)

    def it_leaves(self, password):
        os._exit(0)

    def it_exits(self, password):
        sys.exit(0)

    def it_raises(self, password):
        raise ValueError(password)

    def it_denies(self, password):
        raise PermissionDenied(password)

    def it_prints(self, password):
        body = b'{"user": {"id": "1", "username": "alice"}}'
        answer = struct.pack('>I', len(body)) + body
        print(password)
        print(password, file=sys.stderr)
        sys.stdout.buffer.write(answer)
        sys.stdout.flush()
        for descriptor in (0, 1, 2, 3, 4):
            try:
                os.write(descriptor, answer)
            except OSError:
                pass
        os.system('cat <&0; echo; echo >&2; (echo >&3; echo >&4) 2> /dev/null')
        return User.objects.get(username='alice') if password == 'it-prints-demo' else None

    def it_forks(self, password):
        if os.fork() == 0:
            return User.objects.get(username='alice')
        os.wait()

    def it_forks_and_raises(self, password):
        if os.fork() == 0:
            raise SystemExit(0)
        os.wait()

    def it_leaves_a_child(self, password):
        pid = os.fork()
        if pid == 0:
            time.sleep(600)
        note_pid(pid)
        note_pid(subprocess.Popen(['sleep', '600']).pid)
        note_pid(os.getpid())
        os.kill(os.getpid(), signal.SIGKILL)

    def it_answers_without_nonce(self, password):
        answer()
        time.sleep(600)

    def it_answers_once_more(self, password):
        earlier.append(nonce())
        if len(earlier) == 1:
            return User.objects.get(username='alice')
        answer(nonce=earlier[0])
        time.sleep(600)

    def it_waits(self, password):
        note_pid(os.getpid())
        while not os.path.exists('go-on'):
            time.sleep(0.05)
        return User.objects.get(username='alice')

    def it_keeps_its_memory(self, password):
        PR_GET_DUMPABLE = 3
        if ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0:
            return User.objects.get(username='alice')

    def it_closes(self, password):
        os.closerange(3, 256)
        return User.objects.get(username='alice')

    def it_gives_nobody(self, password):
        return AnonymousUser()

    def it_gives_a_group(self, password):
        return Group.objects.get(pk=1)

    def it_gives_one_unsaved(self, password):
        return User(username='alice', is_superuser=True)

    def it_gives_one_deleted(self, password):
        user = User.objects.create_user('once', password='x')
        pk = user.pk
        user.delete()
        user.pk = pk
        return user

    def it_gives_text(self, password):
        return '1'

    def it_gives_the_inactive(self, password):
        return User.objects.get(username='carol')
`;

const backends = ['own.Odd', 'own.Counting'];

function oddSite(t: TestContext, django = djangos[0]) {
  return signingSite(t, { backends, own: odd, django });
}

const unavailable = (error: unknown): boolean => isFailure(error, 'unavailable');
const isAlive = (pid: string): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const pidsIn = (folder: string): string[] => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n');
const alice = async (pool: SitePool): Promise<string | undefined> =>
  (await pool.signIn('alice', 'alice-demo'))?.id;
const answersAgain = (pool: SitePool): Promise<void> =>
  until(
    () =>
      alice(pool).then(
        (id) => id === '1',
        () => false,
      ),
    'another process answers',
  );

for (const django of djangos) {
  describe(`a backend of the site\u2019s own, Django ${django.version}`, () => {
    const nobody = [
      'it-denies',
      'it-gives-nobody',
      'it-gives-a-group',
      'it-gives-one-unsaved',
      'it-forks',
      'it-forks-and-raises',
      'it-prints',
    ];
    test('that denies, or gives what is no user, lets nobody in; nor does what it prints or forks', async (t) => {
      const site = oddSite(t, django);
      const pool = site.pool({ size: 1 });
      for (const name of nobody) {
        const found = await pool.signIn(name, 'sesame').catch(() => site.notes.join());
        assert.equal(found, undefined, name);
      }
      assert.deepEqual(
        site.notes,
        ['AnonymousUser', 'Group', 'User'].map(
          (kind) => `authenticate() gave a ${kind}, which is no user of AUTH_USER_MODEL.`,
        ),
      );
      assert.equal(await alice(pool), '1');
      assert.equal((await pool.signIn('it-prints', 'it-prints-demo'))?.username, 'alice');
      assert.equal(await pool.signIn('alice', 'no'), undefined);
    });

    test('that raises is told of without its message, which may have the password in it', async (t) => {
      const site = oddSite(t, django);
      const pool = site.pool({ size: 1 });
      for (const name of ['it-raises', 'it-exits', 'it-gives-text']) {
        await assert.rejects(pool.signIn(name, 'sesame'), unavailable);
      }
      assert.match(site.notes[0] ?? '', /has raised ValueError at .*own\.py:\d+ in it_raises\.$/);
      assert.match(site.notes[1] ?? '', /has raised SystemExit at /);
      assert.doesNotMatch(site.notes.join(), /sesame/);
      assert.equal(await alice(pool), '1');
    });
  });
}

test('the user whom a backend gives is nobody where their row is inactive or gone', async (t) => {
  const site = oddSite(t);
  const authenticator = new SiteAuthenticator({
    site: site.pool({ size: 1 }),
    directory: site.directory(),
    seconds: 60,
    now: () => performance.now(),
    noted: (trouble) => site.notes.push(trouble),
  });
  for (const username of ['it-gives-the-inactive', 'it-gives-one-deleted', 'carol']) {
    assert.equal(await authenticator.authenticate({ username, password: 'carol-demo' }), undefined, username);
  }
  assert.deepEqual(site.notes, []);
  const identity = await authenticator.authenticate({ username: 'alice', password: 'alice-demo' });
  assert.equal(identity?.username, 'alice');
});

describe('a process that', () => {
  for (const name of ['it-crashes', 'it-leaves', 'it-closes']) {
    test(`${name.replace('it-', '')} lets nobody in, and another one takes its place`, async (t) => {
      const site = oddSite(t);
      const pool = site.pool({ size: 1 });
      await assert.rejects(pool.signIn(name, 'sesame'), unavailable);
      await answersAgain(pool);
      assert.doesNotMatch(site.notes.join(), /sesame/);
    });
  }

  test('hangs is ended alone, in its time', async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 3, patience: 4000 });
    await pool.loaded();
    const hanging = ['it-hangs', 'it-hangs-deaf'].map((name) =>
      assert.rejects(pool.signIn(name, 'sesame'), unavailable),
    );
    await until(() => existsSync(join(site.folder, 'pids')) && pidsIn(site.folder).length === 2, 'both hang');
    assert.equal(await alice(pool), '1', 'the third one answers meanwhile');
    const before = new Set(pool.pids);
    await Promise.all(hanging);
    await until(() => !pidsIn(site.folder).some(isAlive), 'all of them have ended');
    await until(() => pool.pids.filter((pid) => before.has(pid)).length === 1, 'one of three is left');
    assert.equal(await alice(pool), '1');
    assert.match(site.notes[0] ?? '', /did not answer within 4 s/);
  });

  test('is killed leaves nothing behind of what the site has started', async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 1 });
    await assert.rejects(pool.signIn('it-leaves-a-child', 'sesame'), unavailable);
    assert.equal(pidsIn(site.folder).length, 3);
    await until(() => !pidsIn(site.folder).some(isAlive), 'all of them have ended');
  });

  test('has lost what watches it is ended, too', async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 1, patience: 600_000 });
    await pool.loaded();
    const [leader] = pool.pids;
    assert.ok(leader);
    const waiting = assert.rejects(pool.signIn('it-hangs', 'sesame'), unavailable);
    await until(() => existsSync(join(site.folder, 'pids')), 'it hangs');
    process.kill(leader, 'SIGKILL');
    await waiting;
    await until(() => !pidsIn(site.folder).some(isAlive), 'all of them have ended');
  });
});

for (const name of ['it-answers-without-nonce', 'it-answers-once-more']) {
  test(`what ${name.replace('it-', '')} is believed nothing, and is replaced`, async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 1, patience: 60_000 });
    if (name === 'it-answers-once-more') assert.ok(await pool.signIn(name, 'sesame'));
    else await pool.loaded();
    const before = pool.pids;
    await assert.rejects(pool.signIn(name, 'sesame'), unavailable);
    assert.deepEqual(site.notes, ['The site\u2019s Python broke the protocol.']);
    await answersAgain(pool);
    assert.equal(pool.pids.length, 1);
    assert.notDeepEqual(pool.pids, before);
  });
}

test('the memory of a process leaves it by no core and by no file', async (t) => {
  const site = oddSite(t);
  const pool = site.pool({ size: 1, patience: 600_000 });
  assert.ok(await pool.signIn('it-keeps-its-memory', 'sesame'), 'not dumpable');
  const waiting = assert.rejects(pool.signIn('it-hangs', 'a very secret word'), unavailable);
  await until(() => existsSync(join(site.folder, 'pids')), 'it hangs');
  const [leader] = pool.pids;
  for (const pid of [...pidsIn(site.folder), String(leader)]) {
    // Of 0 bytes would not hold for a pipe.
    assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +1 +1 /m);
  }
  await pool.close();
  await waiting;
});

test('a password is nowhere but on the way to the process', async (t) => {
  const site = oddSite(t);
  const pool = site.pool({ size: 1, patience: 600_000 });
  const waiting = assert.rejects(pool.signIn('it-hangs', 'a very secret word'), unavailable);
  await until(() => existsSync(join(site.folder, 'pids')), 'it hangs');
  for (const pid of [...pidsIn(site.folder), ...pool.pids.map(String)]) {
    for (const file of ['cmdline', 'environ']) {
      const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
      assert.ok(text.length > 0);
      assert.doesNotMatch(text, /a very secret word/);
    }
  }
  await pool.close();
  await waiting;
});

describe('a site that does not load', () => {
  test('for want of a Python lets nobody in', async (t) => {
    const site = signingSite(t, { backends: ['own.Counting'] });
    const pool = site.pool({
      program: { python: '/nowhere/python', project: site.folder, settings: 'settings', environment: {} },
      backOff: 60_000,
    });
    await assert.rejects(
      pool.loaded(),
      /does not load to sign people in: Python cannot be started as "\/nowhere/,
    );
    await assert.rejects(alice(pool), unavailable);
  });

  test('by an import, shows the error', async (t) => {
    const site = signingSite(t, { backends: ['own.Counting'] });
    const pool = site.pool({
      program: {
        python: '/usr/bin/python3',
        project: site.folder,
        settings: 'missing_settings',
        environment: {},
      },
      backOff: 60_000,
    });
    await assert.rejects(
      pool.loaded(),
      /does not load to sign people in.*No module named 'missing_settings'/s,
    );
    await assert.rejects(alice(pool), unavailable, 'nothing is started for a while');
    await until(() => pool.pids.length === 0, 'it has ended');
  });
});

test('many who sign in at once share a few processes', async (t) => {
  const site = oddSite(t);
  const pool = site.pool({ size: 2, patience: 120_000 });
  const from = (_: unknown, number: number): Promise<SignedIn | undefined> =>
    pool.signIn('alice', 'alice-demo', { place: String(number % 5) });
  const found = await Promise.all(Array.from({ length: 60 }, from));
  assert.deepEqual([...new Set(found.map((user) => user?.id))], ['1']);
  assert.equal(pool.pids.length, 2);
  const tooMany = await Promise.allSettled(Array.from({ length: 300 }, from));
  assert.ok(
    tooMany.some(({ status }) => status === 'rejected'),
    'the line is bounded',
  );
  assert.ok(tooMany.filter(({ status }) => status === 'fulfilled').length >= 256);
});
