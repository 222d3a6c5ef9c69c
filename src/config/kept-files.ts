import { dirname, join } from 'node:path';
import type { Declaration, ProjectDeclaration } from './declaration.js';
import { isFile } from './files.js';
import type { Secret } from './kinds/share.js';
import { databaseSecrets, siteSecrets } from './secrets-in-shares.js';

/** Where a project may keep its virtual environment: the places where find-python.ts looks. */
const environments = ['.venv', 'venv'];

/** Everything that a declaration names and no share may serve: secrets, programs, and rules of access. */
export function keptFiles({ django, state, apache, guard, shares }: Declaration, file: string): Secret[] {
  return [
    ...(django.kind === 'site' ? siteSecrets(django.site) : partsOf(django)),
    ...databaseSecrets(state, 'the state database'),
    ...shares.flatMap(({ secrets }) => secrets),
    ...(apache.binary === undefined ? [] : [{ what: 'Apache\u2019s program', path: apache.binary }]),
    ...(apache.modules === undefined
      ? []
      : [{ what: 'Apache\u2019s modules', path: apache.modules, whole: true }]),
    ...(guard?.fastcgi ? [{ what: 'the secret of Apache', path: guard.fastcgi.secretFile }] : []),
    { what: 'this declaration', path: file },
  ];
}

/** The parts of a project that Python runs whenever davgate asks it; the project's other folders may hold uploads. */
function partsOf({ project, settings, python }: ProjectDeclaration): Secret[] {
  const names = settings.split('.');
  const folders = names.map((_, index) => join(project, ...names.slice(0, index + 1)));
  const [first = project, module = project] = [folders[0], folders.at(-1)];
  const declared =
    python?.includes('/') === true ? [environmentOf(python) ?? { what: 'the Python', path: python }] : [];
  return [
    { what: 'the Django project', path: project },
    { what: 'the project\u2019s settings', path: first },
    ...folders.map((path) => ({ what: 'the project\u2019s settings', path: join(path, '__init__.py') })),
    { what: 'the project\u2019s settings', path: `${module}.py` },
    { what: 'the project\u2019s manage.py', path: join(project, 'manage.py') },
    ...environments.map((name) => environment(join(project, name))),
    ...declared,
  ];
}

function environment(path: string): Secret {
  return { what: 'the Python environment', path, whole: true };
}

/** PEP 405: pyvenv.cfg is in the folder of the interpreter, or in the one above. */
function environmentOf(python: string): Secret | undefined {
  const folder = [dirname(python), dirname(dirname(python))].find((each) => isFile(join(each, 'pyvenv.cfg')));
  return folder === undefined ? undefined : environment(folder);
}
