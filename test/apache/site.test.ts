import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { imported, linesIn, oldLocation, sharesIn, wsgiLocation } from './reading.js';

const option = (name: string, value: string): string => `PythonOption ${name} ${value}`;
const anyUser = 'Require valid-user';
const left = (line: number) => ({ staff: false, groups: [`left from httpd.conf:${line}`] });

describe('import-apache finds the site', () => {
  it('by PythonPath, and the Python of a daemon', () => {
    const python = imported(
      `PythonPath "['/srv/lib', '/srv/mysite'] + sys.path"\n${oldLocation('/a', anyUser)}`,
      {
        '/srv/mysite/mysite/settings.py': '',
      },
    );
    assert.deepEqual(python.declaration.django, { project: '/srv/mysite', settings: 'mysite.settings' });
    assert.deepEqual(python.notes, []);
    const wsgi = imported(
      `WSGIDaemonProcess x python-home=/srv/venv python-path=/srv/site\n${wsgiLocation('/a', anyUser)}`,
    );
    assert.deepEqual(wsgi.declaration.django, {
      project: '/srv/site',
      settings: 'mysite.settings',
      python: '/srv/venv/bin/python',
    });
  });

  it('by SetEnv, which the PythonOption overrides', () => {
    const both = oldLocation('/a', 'SetEnv DJANGO_SETTINGS_MODULE other.settings', anyUser);
    const alone = both.replace('PythonOption DJANGO_SETTINGS_MODULE mysite.settings\n', '');
    const settings = [both, alone].map((text) => imported(text, {}, { project: '/p' }).declaration.django);
    assert.deepEqual(settings, [
      { project: '/p', settings: 'mysite.settings' },
      { project: '/p', settings: 'other.settings' },
    ]);
  });

  it('one of several, and names the others', () => {
    const text = [
      oldLocation('/one', anyUser),
      oldLocation('/two', anyUser).replace('mysite.settings', 'second.settings'),
    ].join('\n');
    const first = imported(text, {}, { project: '/p' });
    assert.deepEqual(sharesIn(first), [{ path: '/one', kind: 'guard', require: { staff: true } }]);
    assert.deepEqual(linesIn(first), [
      '8: /two has the settings second.settings: run this again with --settings second.settings',
    ]);
    const second = imported(text, {}, { project: '/p', settings: 'second.settings' });
    assert.deepEqual(sharesIn(second), [{ path: '/two', kind: 'guard', require: { staff: true } }]);
    assert.deepEqual(linesIn(second), []);
  });

  it('for virtual hosts, once where they say the same', () => {
    const host = (text: string) => `<VirtualHost *:80>\n${text}\n</VirtualHost>`;
    const same = imported(
      [host(oldLocation('/a', anyUser)), host(oldLocation('/a', anyUser))].join('\n'),
      {},
      { project: '/p' },
    );
    assert.deepEqual(
      [sharesIn(same), linesIn(same)],
      [[{ path: '/a', kind: 'guard', require: { staff: true } }], []],
    );
    const other = oldLocation('/a', option('DjangoRequireStaffStatus', 'off'), anyUser);
    const result = imported(
      [host(oldLocation('/a', anyUser)), host(other)].join('\n'),
      {},
      { project: '/p' },
    );
    assert.deepEqual(sharesIn(result), [{ path: '/a', kind: 'guard', require: left(11), write: false }]);
    assert.deepEqual(linesIn(result), ['11: /a has other rules in another virtual host: it is closed']);
  });

  it('closed where scripts only seem to take their functions from Django', () => {
    const handler = 'from django.contrib.auth.handlers.modwsgi import';
    for (const script of [
      '',
      `# ${handler} check_password`,
      `${handler} groups_for_user`,
      `${handler} check_password as other`,
      `${handler} groups_for_user as check_password`,
      `${handler} check_password\ndef check_password(environ, user, password):\n    return True`,
      `${handler} check_password\ncheck_password = mine`,
      `${handler} check_password\nfrom mine import check_password`,
    ]) {
      const result = imported(wsgiLocation('/a', anyUser), { '/srv/mysite/mysite/wsgi.py': script });
      assert.deepEqual(
        sharesIn(result),
        [{ path: '/a', kind: 'guard', require: left(1), write: false }],
        script,
      );
    }
    const several = `${handler} (\n  groups_for_user,\n  check_password,\n)`;
    const taken = imported(wsgiLocation('/a', anyUser), { '/srv/mysite/mysite/wsgi.py': several });
    assert.deepEqual(sharesIn(taken), [{ path: '/a', kind: 'guard', require: { staff: false } }]);
  });

  it('unless there are more places than can be compared', () => {
    const text = Array.from({ length: 5000 }, (_, index) => `<Location /a${index}>\n</Location>`).join('\n');
    assert.throws(
      () => imported(text),
      (error) => isFailure(error, 'too-large'),
    );
  });
});
