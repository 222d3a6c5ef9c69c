import { stat } from 'node:fs/promises';
import { Failure } from '../../failure.js';
import type { TlsFiles } from '../../database/location.js';
import type { DjangoSite, SessionSettings, UserModel } from '../site.js';
import { environmentAdvice } from './environment-advice.js';
import { findDatabase } from './find-database.js';
import { asSeen } from './as-seen.js';
import { findPython } from './find-python.js';
import { maskSecrets } from './mask-secrets.js';
import { algorithmOf } from '../hashers/known-hashers.js';
import { answerSchema, type FailureReport, type SiteReport } from './report.js';
import { type NotSeen, type SeenBySite, seenBySite } from './seen-by-site.js';
import { pythonTrouble, wasReadByShell } from './python-trouble.js';
import { type ProgramEnd, runProgram } from './run-program.js';

export interface DiscoveryOptions {
  /** Absolute path of the folder that holds the site's manage.py. */
  readonly project: string;
  /** DJANGO_SETTINGS_MODULE */
  readonly settings: string;
  /** An absolute path, or a name to be looked up in PATH. Default: the project's virtual environment, or `python3`. */
  readonly python?: string | undefined;
  /** A key of DATABASES. Default: the one that the site reads users from. */
  readonly alias?: string | undefined;
  /** PostgreSQL: the schemas in which tables are looked for. Default: those of the site's own connection. */
  readonly searchPath?: readonly string[] | undefined;
  /** Missing where davgate checks passwords by the user table, not the site by its own backends. */
  readonly signInBySite?: object | undefined;
  /** Missing where Django's tables tell which permissions a user has, not the site's own code. */
  readonly permissionsBySite?: object | undefined;
  /** What the site is run with, PATH included. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The operating system's name for whom this process runs as, where it has one: PostgreSQL's usual user. */
  readonly systemUser?: string | undefined;
  /** Milliseconds until a site that does not load is given up. Default: 60,000. */
  readonly timeout?: number | undefined;
}

export interface DiscoveredSite {
  readonly site: DjangoSite<TlsFiles>;
  /** Sentences about what davgate will do otherwise than the site. */
  readonly warnings: readonly string[];
  /** What the site's own connection reads, for davgate's to be compared with. */
  readonly seen: SeenBySite | NotSeen;
  /** Versions, such as `3.11.2` and `5.2.1`. */
  readonly python: string;
  readonly django: string;
}

/** Lines of a site's traceback that are shown. */
const shownLines = 16;

/**
 * Runs the site's own Python once and reads from Django what davgate must know. Writes nothing.
 * @throws Failure `unavailable` with the site's own error where it does not load, and `not-implemented` where it needs
 *   what davgate has not. The message is for the administrator: it has paths, and whatever the site's error says
 */
export async function discoverSite(options: DiscoveryOptions): Promise<DiscoveredSite> {
  const { project, settings, environment, alias = '', searchPath, timeout = 60_000 } = options;
  if (!(await isFolder(project))) {
    throw new Failure('unavailable', `There is no folder ${project} with a Django site.`);
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
        `${site} has not loaded within ${timeout / 1000} s. It was at:${lastLines(message)}`,
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

/** The end of a longer text of the site's, on lines of its own, without passwords. */
function lastLines(text: string): string {
  const lines = maskSecrets(text).trimEnd().split('\n');
  const shown = lines.length > shownLines ? ['…', ...lines.slice(-shownLines)] : lines;
  return text.trim() === '' ? '' : `\n${shown.join('\n')}`;
}

function userModelOf({ user }: SiteReport): UserModel {
  const { table, id, username, password, isActive, isStaff, isSuperuser, groups, permissions } = user;
  return {
    table,
    columns: {
      id: id.column,
      username,
      password,
      ...(isActive !== null && { isActive }),
      ...(isStaff !== null && { isStaff }),
      ...(isSuperuser !== null && { isSuperuser }),
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
    throw new Failure('not-implemented', 'PASSWORD_HASHERS has no hasher that davgate knows.');
  }
  const warnings = known
    .filter(({ algorithm }) => algorithm === undefined)
    .map(({ path }) => `Passwords hashed by ${path} are not accepted: davgate does not know it.`);
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
