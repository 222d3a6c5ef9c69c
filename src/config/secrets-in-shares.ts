import { dirname, join } from 'node:path';
import type { DatabaseLocation, TlsFiles } from '../database/location.js';
import type { DjangoSite } from '../django/site.js';
import type { Declaration, ProjectDeclaration } from './declaration.js';
import { isAtOrBelow, isFolder, linksOn, realPathOf, isFile } from './files.js';
import type { CommonShare, Secret } from './kinds/share.js';
import { DeclarationError, placeOf, type Problem } from './problems.js';

/**
 * The files that hold the secrets of a database.
 * @param what what messages call it
 */
function databaseSecrets(database: DatabaseLocation<TlsFiles>, what: string): Secret[] {
  if (database.kind === 'sqlite') return [{ what, path: database.file }];
  const keyFile = database.server.tls?.keyFile;
  return keyFile === undefined ? [] : [{ what: `the key for ${what}`, path: keyFile }];
}

function siteSecrets({ database }: DjangoSite<TlsFiles>): Secret[] {
  return databaseSecrets(database, 'Django\u2019s database');
}

/**
 * Checks that no share would serve the secrets of the site that was read from the declaration's project.
 * @param file the declaration's file, as the user named it
 * @throws DeclarationError
 */
export function checkSite(
  { shares, positions }: Declaration,
  site: DjangoSite<TlsFiles>,
  file: string,
): void {
  const problems = secretsInShares(shares, siteSecrets(site));
  if (problems.length > 0) throw new DeclarationError(file, problems, positions);
}

/**
 * Files with secrets must not be where a share would serve them, wherever symbolic links lead; nor may a link that leads
 * to them be where a share lets users replace it.
 */
export function secretsInShares(shares: readonly CommonShare[], secrets: readonly Secret[]): Problem[] {
  return shares.flatMap(({ home, isWritten, disk }, index) => {
    if (home?.served !== true) return [];
    // A disk that may hang is not touched; its share serves only a folder that really is there.
    const real = disk?.calls === 'async' ? disk.real : isFolder(home.path) && realPathOf(home.path);
    if (real === false) return [];
    const found = secrets.flatMap(({ what, path, whole = false }) => {
      const at = realPathOf(path);
      const ways = isWritten ? [at, ...linksOn(path)] : [at];
      if (ways.some((way) => isAtOrBelow(real, way))) return [{ says: `contains ${what}`, at }];
      return whole && isAtOrBelow(at, real) ? [{ says: `is inside ${what}`, at }] : [];
    });
    // Something inside another thing that was found need not be reported.
    const outermost = found.filter(
      ({ at }) => !found.some((other) => other.at !== at && isAtOrBelow(other.at, at)),
    );
    return [...new Set(outermost.map(({ says }) => says))].map((says) => ({
      place: placeOf(['shares', index, home.key]),
      message: `${says}, which the share would serve`,
    }));
  });
}

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
