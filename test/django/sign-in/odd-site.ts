import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SitePool } from '../../../src/django/sign-in/site-pool.js';
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

/** A site with these backends, whose `it_…` note processes in the file `pids`. */
export function oddSite(t: TestContext, django = djangos[0]) {
  return signingSite(t, { backends, own: odd, django });
}

export const unavailable = (error: unknown): boolean => isFailure(error, 'unavailable');
export const isAlive = (pid: string): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
export const pidsIn = (folder: string): string[] =>
  readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n');
export const alice = async (pool: SitePool): Promise<string | undefined> =>
  (await pool.signIn('alice', 'alice-demo'))?.id;
export const answersAgain = (pool: SitePool): Promise<void> =>
  until(
    () =>
      alice(pool).then(
        (id) => id === '1',
        () => false,
      ),
    'another process answers',
  );
