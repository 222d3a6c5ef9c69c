import { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import type { Declaration, ProjectDeclaration, Share } from './declaration.js';
import { isFile } from './files.js';
import { databaseSecrets, siteSecrets, type Secret } from './secrets-in-shares.js';

/** Where a project keeps its virtual environment, as find-python.ts looks for it. */
const environments = ['.venv', 'venv'];

/** All that a declaration names and no share may serve: what holds secrets, and what is run or decides who may what. */
export function keptFiles({ folder, django, state, apache, shares }: Declaration, file: string): Secret[] {
  return [
    ...(django.kind === 'site' ? siteSecrets(django.site) : partsOf(django)),
    ...databaseSecrets(state, 'the state database'),
    ...shares.flatMap((share) => keptBy(share, folder)),
    ...(apache.binary === undefined ? [] : [{ what: 'the program of Apache', path: apache.binary }]),
    ...(apache.modules === undefined
      ? []
      : [{ what: 'the modules of Apache', path: apache.modules, whole: true }]),
    { what: 'this declaration', path: file },
  ];
}

/** What of a project Python runs whenever davgate asks it; the folders of uploads lie beside that. */
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

/** PEP 405: pyvenv.cfg stands beside the folder of the interpreter, or above it. */
function environmentOf(python: string): Secret | undefined {
  const folder = [dirname(python), dirname(dirname(python))].find((each) => isFile(join(each, 'pyvenv.cfg')));
  return folder === undefined ? undefined : environment(folder);
}

function keptBy(share: Share, folder: string): Secret[] {
  if (share.kind === 'static') return [];
  if (share.kind === 'webdav') {
    const files = share.storage.kind === 'module' ? moduleFiles(share.storage.module, folder) : [];
    return files.map((path) => ({ what: 'a storage module', path }));
  }
  const { source, authz } = share;
  const rules = [authz, source.kind === 'upstream' ? source.authzFile : undefined];
  return [
    ...(source.kind === 'upstream'
      ? [{ what: 'the secret of an svn share', path: source.secretFile }]
      : [{ what: `the repositories of ${share.path}`, path: source.folder, whole: true }]),
    ...rules.flatMap((path) => (path === undefined ? [] : [{ what: 'path rules of an svn share', path }])),
  ];
}

/** Where a module is, and how it is found, which may be over links; none where it is not there, which is said elsewhere. */
function moduleFiles(module: string, folder: string): string[] {
  try {
    const file = createRequire(`${folder}/`).resolve(module);
    const named = resolve(folder, module);
    return /^[./]/.test(module) ? [file, named, `${named}${extname(file)}`] : [file];
  } catch {
    return [];
  }
}
