import { importApache, type Imported, type ImportOptions } from '../../src/apache/import.js';
import { parseApache, type Include } from '../../src/apache/syntax.js';

/** A script as Django documents it for mod_wsgi. */
export const wsgiScript = `import os
os.environ['DJANGO_SETTINGS_MODULE'] = 'mysite.settings'
from django.contrib.auth.handlers.modwsgi import check_password, groups_for_user
from django.core.handlers.wsgi import WSGIHandler
application = WSGIHandler()
`;

const nothing: Include = () => [];

/** What a configuration named httpd.conf means. @param scripts by their absolute paths */
export function imported(
  text: string,
  scripts: Readonly<Record<string, string>> = { '/srv/mysite/mysite/wsgi.py': wsgiScript },
  options: Partial<ImportOptions> = {},
): Imported {
  const { nodes, notes } = parseApache({ name: 'httpd.conf', text }, nothing);
  const { project, settings, guards = false } = options;
  const result = importApache(nodes, { project, settings, guards }, (path) => scripts[path]);
  return { ...result, notes: [...notes, ...result.notes] };
}

export function sharesIn(result: Imported): unknown {
  return result.declaration.shares;
}

export function linesIn({ notes }: Imported): string[] {
  return notes.map(({ line, message }) => `${line}: ${message}`);
}

/** An old Location, from the second line on. */
export function oldLocation(path: string, ...lines: readonly string[]): string {
  return [
    `<Location "${path}">`,
    'AuthType Basic',
    'AuthName "example.com"',
    'PythonOption DJANGO_SETTINGS_MODULE mysite.settings',
    'PythonAuthenHandler django.contrib.auth.handlers.modpython',
    ...lines,
    '</Location>',
  ].join('\n');
}

/** A Location of mod_wsgi, from the second line on. */
export function wsgiLocation(path: string, ...lines: readonly string[]): string {
  return [
    `<Location "${path}">`,
    'AuthType Basic',
    'AuthName "Top Secret"',
    'AuthBasicProvider wsgi',
    'WSGIAuthUserScript /srv/mysite/mysite/wsgi.py',
    ...lines,
    '</Location>',
  ].join('\n');
}
