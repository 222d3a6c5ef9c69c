import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSample } from './davgate.js';

const backend = `
import os, time
from django.contrib.auth.backends import BaseBackend, ModelBackend

class Counting(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        with open('calls', 'a') as file:
            file.write('%s %s\\n' % (username, request.META.get('REMOTE_ADDR')))
        print(username, password, flush=True)
        if username == 'hangs':
            with open('hanging', 'a') as file:
                file.write('%d\\n' % os.getpid())
            os.fork()
            time.sleep(600)
        if username == 'raises':
            raise ValueError(password)
        return super().authenticate(request, username=username.lower(), password=password, **kwargs)

class Roles(BaseBackend):
    def has_perm(self, user, perm, obj=None):
        return perm == 'docs.view_document' and os.path.exists('open-to-' + user.username)
`;

/** A sample whose site has a sign-in of its own that takes names in any case and counts its calls. */
export async function signingSample() {
  const folder = await makeSample();
  const project = join(folder, 'django-site');
  writeFileSync(join(project, 'signing_backend.py'), backend);
  writeFileSync(
    join(project, 'signing.py'),
    `import os
from mysite.settings import *
if os.path.exists('unlicensed') and 'sign_in.py' in open('/proc/self/cmdline').read():
    raise RuntimeError('no licence')
AUTHENTICATION_BACKENDS = ['signing_backend.Counting', 'signing_backend.Roles']
`,
  );
  const linesOf = (name: string): string[] => {
    const file = join(project, name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  return {
    folder,
    project,
    django: { project: './django-site', settings: 'signing', python: '/usr/bin/python3' },
    /** User names and client addresses. */
    calls: () => linesOf('calls'),
    /** The ids of processes that hang. */
    hanging: () => linesOf('hanging'),
  };
}
