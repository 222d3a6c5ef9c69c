import { stat } from 'node:fs/promises';
import { Failure } from '../../failure.js';
import type { TlsFiles } from '../../database/location.js';
import type { DjangoSite, SessionSettings, UserModel } from '../site.js';
import { environmentAdvice, pythonTrouble, wasReadByShell } from './python-trouble.js';
import { findDatabase } from './find-database.js';
import { asSeen, type NotSeen, type SeenBySite, seenBySite } from './seen-by-site.js';
import { findPython } from './find-python.js';
import { maskSecrets } from './mask-secrets.js';
import { algorithmOf } from '../hashers/django-hashers.js';
import { answerSchema, type FailureReport, type SiteReport } from './report.js';
import { type ProgramEnd, runProgram } from './run-program.js';

export interface DiscoveryOptions {
  /** Absolute path of the folder that contains the site's manage.py. */
  readonly project: string;
  /** DJANGO_SETTINGS_MODULE */
  readonly settings: string;
  /** An absolute path, or a name to look up in PATH. Default: the project's virtual environment, or `python3`. */
  readonly python?: string | undefined;
  /** A key of DATABASES. Default: the database that the site reads users from. */
  readonly alias?: string | undefined;
  /** PostgreSQL: the schemas in which to look for tables. Default: those of the site's own connection. */
  readonly searchPath?: readonly string[] | undefined;
  /** Missing if davgate checks passwords against the user table, rather than the site by its own backends. */
  readonly signInBySite?: object | undefined;
  /** Missing if Django's tables tell which permissions a user has, rather than the site's own code. */
  readonly permissionsBySite?: object | undefined;
  /** The environment that the site runs in, including PATH. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The operating system's name for the user of this process, if there is one: PostgreSQL's default user. */
  readonly systemUser?: string | undefined;
  /** Milliseconds after which a site that has not loaded is given up. Default: 60,000. */
  readonly timeout?: number | undefined;
}

interface DiscoveredSite {
  readonly site: DjangoSite<TlsFiles>;
  /** Sentences about what davgate will do differently from the site. */
  readonly warnings: readonly string[];
  readonly seen: SeenBySite | NotSeen;
  /** Versions, such as `3.11.2` and `5.2.1`. */
  readonly python: string;
  readonly django: string;
}

/** Lines of a site's traceback to show. */
const shownLines = 16;

/**
 * Runs the site's own Python once and reads from Django what davgate needs to know. Writes nothing.
 * @throws Failure `unavailable` with the site's own error if it does not load; `not-implemented` if it needs something
 *   that davgate does not support. The message is for the administrator: it contains paths and the text of the site's
 *   error
 */
export async function discoverSite(options: DiscoveryOptions): Promise<DiscoveredSite> {
  const { project, settings, environment, alias = '', searchPath, timeout = 60_000 } = options;
  if (!(await isFolder(project))) {
    throw new Failure('unavailable', `The folder ${project} of the Django site does not exist.`);
  }
  const python = options.python ?? (await findPython(project));
  const end = await runProgram({ python, project, settings, alias, environment, timeout });
  const report = reportOf(end);
  if (report === undefined) throw unanswered(end, options, python);
  if ('failure' in report) throw failed(report, options, python);
  const surroundings = { project, environment, systemUser: options.systemUser };
  const { location, warnings } = findDatabase(report.database, surroundings, report.seen);
  const seen = seenBySite(report.seen, searchPath !== undefined);
  const hashers = hashersOf(report, options.signInBySite !== undefined);
  const site: DjangoSite<TlsFiles> = {
    database: asSeen(location, seen, searchPath),
    user: userModelOf(report),
    hashers: hashers.algorithms,
    secretKeys: report.sessions?.secretKeys ?? [],
    sessions: sessionsOf(report),
  };
  const reported = [
    ...report.warnings,
    ...(options.signInBySite ? [] : report.signInWarnings),
    ...(options.permissionsBySite ? [] : report.permissionWarnings),
  ];
  const { kind } = report.user.id;
  const keys =
    kind === 'integer' || kind === 'uuid'
      ? []
      : [`The users' primary key is a ${kind}, not an integer or UUID.`];
  return {
    site,
    warnings: [...reported.map(maskSecrets), ...warnings, ...hashers.warnings, ...keys],
    seen,
    python: report.python,
    django: report.django,
  };
}

function reportOf({ answer }: ProgramEnd): SiteReport | FailureReport | undefined {
  return answer === '' ? undefined : answerSchema.parse(JSON.parse(answer));
}

function unanswered(
  { timedOut, how, complaint }: ProgramEnd,
  { project, timeout = 60_000 }: DiscoveryOptions,
  python: string,
): Failure {
  if (wasReadByShell(python, complaint)) {
    return new Failure('unavailable', pythonTrouble(python, project, 'ENOEXEC'));
  }
  const what = timedOut ? `did not answer within ${timeout / 1000} s` : `ended (${how}) without an answer`;
  return new Failure('unavailable', `${python} ${what} in ${project}.${lastLines(complaint)}`);
}

function failed(
  { failure, message }: FailureReport,
  { project, settings, timeout = 60_000 }: DiscoveryOptions,
  python: string,
): Failure {
  const site = `The Django site in ${project} (settings ${settings})`;
  switch (failure) {
    case 'refused':
      return new Failure('not-implemented', `${site}: ${maskSecrets(message)}`);
    case 'timeout':
      return new Failure(
        'unavailable',
        `${site} did not load within ${timeout / 1000} s. It was at:${lastLines(message)}`,
      );
    case 'no-django':
      return new Failure(
        'unavailable',
        `${python} has no Django: name the Python of the site's own environment as "python".${lastLines(message)}`,
      );
    case 'site':
      return new Failure(
        'unavailable',
        `${site} does not load:${lastLines(message)}${environmentAdvice(message)}`,
      );
  }
}

/** The end of a long text from the site, on separate lines and without passwords. */
function lastLines(text: string): string {
  const lines = maskSecrets(text).trimEnd().split('\n');
  const shown = lines.length > shownLines ? ['…', ...lines.slice(-shownLines)] : lines;
  return text.trim() === '' ? '' : `\n${shown.join('\n')}`;
}

function userModelOf({ user }: SiteReport): UserModel {
  const { table, id, username, password, isActive, isStaff, isSuperuser, groups, permissions } = user;
  const { firstName, lastName, email } = user;
  return {
    table,
    columns: {
      id: id.column,
      username,
      password,
      ...(isActive !== null && { isActive }),
      ...(isStaff !== null && { isStaff }),
      ...(isSuperuser !== null && { isSuperuser }),
      ...(firstName !== null && { firstName }),
      ...(lastName !== null && { lastName }),
      ...(email !== null && { email }),
    },
    ...(groups !== null && { groups }),
    ...(permissions !== null && { permissions }),
  };
}

/** @param unasked whether no password is checked by them */
function hashersOf({ hashers }: SiteReport, unasked: boolean) {
  const known = hashers.map(({ path, django }) => ({ path, algorithm: algorithmOf(django ?? path) }));
  const algorithms = new Set(known.flatMap(({ algorithm }) => algorithm ?? []));
  if (unasked) return { algorithms: [...algorithms], warnings: [] };
  if (algorithms.size === 0) {
    throw new Failure('not-implemented', 'PASSWORD_HASHERS contains no hasher that davgate supports.');
  }
  const warnings = known
    .filter(({ algorithm }) => algorithm === undefined)
    .map(({ path }) => `Passwords hashed by ${path} are not accepted, because davgate does not support it.`);
  return { algorithms: [...algorithms], warnings };
}

function sessionsOf({ sessions }: SiteReport): SessionSettings | undefined {
  if (sessions === null) return undefined;
  const { engine, cookieName, cookieAge, table, timeZone, loginUrl, backends } = sessions;
  return {
    engine,
    cookieName,
    cookieAge,
    table: table ?? 'django_session',
    ...(timeZone !== null && { timeZone }),
    loginUrl: loginUrl ?? undefined,
    backends,
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
