import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { discoverSite } from '../../../src/django/discovery/discover-site.js';
import { isFailure } from '../../../src/failure.js';
import { djangos, python } from '../djangos.js';
import { djangoProject, settings } from './django-project.js';

/** A failure whose message has all of `parts` and nothing of the environment. */
function failing(...parts: readonly RegExp[]) {
  return (error: unknown) => {
    assert.ok(isFailure(error, 'unavailable'), String(error));
    for (const part of parts) assert.match(error.message, part);
    assert.doesNotMatch(error.message, /discover\.py|davgate_facts|sesame/);
    return true;
  };
}

const environment = { PATH: '/usr/bin:/bin', SITE_SECRET: 'sesame' };

for (const django of djangos) {
  describe(`a site that does not load under Django ${django.version}`, () => {
    const cases: Record<string, readonly [Record<string, string>, ...RegExp[]]> = {
      'no settings': [{}, /ModuleNotFoundError: No module named 'settings'$/],
      'an import that fails': [
        { 'settings.py': 'import nowhere' },
        /File ".*\/settings\.py", line 1, in <module>\n +import nowhere/,
        /ModuleNotFoundError: No module named 'nowhere'$/,
      ],
      'a broken line': [
        { 'settings.py': 'SECRET_KEY = "x"\nDEBUG = = True\n' },
        /settings\.py", line 2/,
        /SyntaxError/,
      ],
      'an application that is not there': [
        { 'settings.py': settings('', ['shop']) },
        /ModuleNotFoundError: No module named 'shop'$/,
      ],
      'no secret key': [
        { 'settings.py': settings('SECRET_KEY = ""') },
        /ImproperlyConfigured: The SECRET_KEY setting must not be empty/,
      ],
      'a user model that is not there': [
        { 'settings.py': settings('AUTH_USER_MODEL = "people.Person"') },
        /AUTH_USER_MODEL refers to model 'people\.Person' that has not been installed/,
      ],
      'models that fail': [
        {
          'settings.py': settings('', ['people']),
          'people/__init__.py': '',
          'people/models.py': `def deep(n):\n    return 1 // n if n == 0 else deep(n - 1)\ndeep(50)`,
        },
        /does not load:\n…\n/,
        /ZeroDivisionError/,
      ],
      'settings that leave': [
        { 'settings.py': 'import sys; sys.exit("Set MYSITE_KEY first.")' },
        /SystemExit: Set MYSITE_KEY first\./,
      ],
      'settings that end the process': [
        { 'settings.py': 'import os; os.write(2, b"no licence\\n"); os._exit(7)' },
        /ended \(status 7\) without an answer in .*\.\nno licence$/,
      ],
      'settings that kill the process': [
        { 'settings.py': 'import os; os.kill(os.getpid(), 11)' },
        /ended \(SIGSEGV\) without an answer/,
      ],
    };
    for (const [name, [files, ...parts]] of Object.entries(cases)) {
      test(name, async (t) => {
        const { discover } = djangoProject(t, files, django);
        await assert.rejects(
          discover({ environment: { ...environment, ...django.environment } }),
          failing(...parts),
        );
      });
    }
  });
}

describe('a site that hangs', { concurrency: true }, () => {
  const alive = (pid: string) =>
    existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

  test('is given up, with the place where it hangs and without the programs that it has started', async (t) => {
    const { folder, discover } = djangoProject(t, {
      'settings.py': `
import subprocess
program = subprocess.Popen(['sleep', '300'])
open('pid', 'w').write(str(program.pid))
program.wait()
`,
    });
    await assert.rejects(
      discover({ timeout: 2_000 }),
      failing(
        /did not load within 2 s\. It was at:\n/,
        /settings\.py", line 5, in <module>\n +program\.wait\(\)/,
      ),
    );
    const pid = readFileSync(join(folder, 'pid'), 'utf8');
    for (let round = 0; round < 50 && alive(pid); round += 1) await sleep(10);
    assert.equal(alive(pid), false);
  });

  test('is given up though it turns signals away', async (t) => {
    const { discover } = djangoProject(t, {
      'settings.py': `
import signal, sys, time
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
sys.stderr.write('waiting for the directory\\n')
time.sleep(300)
`,
    });
    await assert.rejects(
      discover({ timeout: 2_000 }),
      failing(/did not answer within 2 s in .*\.\nwaiting for the directory$/),
    );
  });
});

describe('a Python that does not serve', () => {
  const files = { 'settings.py': settings() };

  test('is not there', async (t) => {
    const { folder, discover } = djangoProject(t, files);
    await assert.rejects(
      discover({ python: 'python9' }),
      failing(/"python9": it is not in PATH; name the site\u2019s own/),
    );
    await assert.rejects(
      discover({ python: join(folder, 'settings.py') }),
      failing(/this user may not run it/),
    );
    await assert.rejects(
      discover({ python: undefined, environment: { PATH: folder } }),
      failing(/"python3"/),
    );
  });

  test('is no Python', async (t) => {
    const { discover } = djangoProject(t, files);
    await assert.rejects(discover({ python: '/bin/false' }), failing(/\/bin\/false ended \(status 1\)/));
  });

  test('has no Django', async (t) => {
    const { folder, discover } = djangoProject(t, files);
    mkdirSync(join(folder, '.venv/bin'), { recursive: true });
    writeFileSync(join(folder, '.venv/bin/python'), `#!/bin/sh\nexec ${python} -S "$@"\n`, { mode: 0o755 });
    await assert.rejects(
      discover({ python: undefined }),
      failing(/\.venv\/bin\/python has no Django: name the Python/, /No module named 'django'$/),
    );
  });

  test('has too old a Django', async (t) => {
    const { folder, discover } = djangoProject(t, {
      ...files,
      'old/django/__init__.py': 'VERSION = (2, 2, 28, "final", 0)\ndef get_version():\n    return "2.2.28"\n',
    });
    await assert.rejects(
      discover({ environment: { ...environment, PYTHONPATH: join(folder, 'old') } }),
      (error) =>
        isFailure(error, 'not-implemented') && error.message.endsWith('Django 2.2.28 is older than 3.2.'),
    );
  });

  test('there is no such folder', async () => {
    await assert.rejects(
      discoverSite({ project: '/nowhere/at/all', settings: 'settings', python, environment }),
      failing(/^The folder \/nowhere\/at\/all of the Django site does not exist/),
    );
  });
});

test('discover.py is understood by every Python from 3.6 on', () => {
  const folder = new URL('../../../src/django/discovery/', import.meta.url).pathname;
  const code = `
import ast, glob, sys
for name in glob.glob(sys.argv[1] + '/**/*.py', recursive=True):
    ast.parse(open(name).read(), feature_version=(3, 6))
    print(name)
`;
  const names = execFileSync(python, ['-c', code, folder], { encoding: 'utf8' }).trim().split('\n');
  assert.ok(names.length > 5);
});
