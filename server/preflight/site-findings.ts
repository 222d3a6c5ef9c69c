import type { Declaration, DjangoDeclaration } from '../../src/config/declaration.js';
import { databaseTrouble } from '../../src/database/database-trouble.js';
import { openDatabase } from '../../src/database/open-database.js';
import { grantedNames } from '../../src/django/granted-names.js';
import { faultInWords, type HashersAt } from '../../src/django/hashers/password-fault.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { countPasswords, type PasswordCounts } from '../../src/django/password-counts.js';
import { clockAhead } from '../../src/database/server-clock.js';
import { KnexSessionTable } from '../../src/django/sessions/knex-session-table.js';
import type { DatabaseLocation, TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import { isFailure } from '../../src/failure.js';
import { probeState } from '../../src/state/probe.js';
import { readableSite, readableState } from './find-site.js';
import { askedProject } from './site-pool.js';
import { finding, type Finding } from '../../src/config/problems.js';
import { grantsInFiles, nameFindings, unreachableFindings } from './grant-findings.js';

/** The tolerated difference between clocks, in seconds: the expiry of locks and sessions depends on them. */
const clockTolerance = 2;

/**
 * Problems in the site's database: whether users can be read and can sign in, sessions, the permissions and groups that
 * the declaration names, and the clock. Reads every user. None of these problems prevents davgate from starting.
 * @param signal cancels the check
 * @throws Failure `unavailable` if the database cannot be opened at all because a certificate cannot be read
 */
export async function siteFindings(
  declaration: Declaration,
  found: DjangoSite<TlsFiles>,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const site = readableSite(found);
  const at = hashersAt(declaration.django);
  const knex = openDatabase(site.database);
  const { kind } = site.database;
  const trouble = (error: unknown): string => siteTrouble(error, site.database, declaration.django);
  try {
    const users = new ModelDirectory(knex, { kind, user: site.user });
    const userTrouble = await troubleOf(() => users.find('davgate-check'), trouble);
    if (userTrouble !== undefined) {
      const message = `Nobody can sign in: davgate cannot read the users of the site (${userTrouble}).`;
      return [finding('nobody', '', message)];
    }
    const findings: Finding[] = [];
    const note = (finding: Finding[]): void => void findings.push(...finding);
    const { sessions } = site;
    if (sessions && sessions.engine !== 'signed_cookies') {
      const { table, timeZone } = sessions;
      const rows = new KnexSessionTable(knex, { kind, table, ...(timeZone !== undefined && { timeZone }) });
      const reason = await troubleOf(() => rows.read('davgate-check'), trouble);
      note(reason === undefined ? [] : [unreadableSessions(table, reason)]);
    }
    const counts = await countPasswords(knex, site.user, createHashers(site.hashers), signal);
    if (signal?.aborted === true) return [];
    const { signInBySite, permissionsBySite } = askedProject(declaration) ?? {};
    // Who the site's own sign-in lets in, no table shows.
    note(signInBySite ? [] : passwordFindings(counts, at, sessions !== undefined));
    const grants = [...declaration.grants, ...grantsInFiles(declaration.shares)].filter(
      ({ kind: what }) => what === 'group' || !permissionsBySite,
    );
    if (grants.length > 0) {
      const names = await grantedNames(knex, site.user, grants);
      note(nameFindings(grants, names));
      note(permissionsBySite ? [] : unreachableFindings(declaration.shares, names, counts));
    }
    note(clockFindings('Django\u2019s database', await clockAhead(knex, kind, Date.now)));
    return findings;
  } catch (error) {
    if (!isFailure(error, 'unavailable')) throw error;
    const message = `davgate cannot check the users of the site (${trouble(error)}).`;
    return [finding('warning', 'django', message)];
  } finally {
    await knex.destroy();
  }
}

/** Where the hashers that the site accepts are listed. */
export function hashersAt({ kind }: DjangoDeclaration): HashersAt {
  return kind === 'project' ? 'settings' : 'declaration';
}

/** Why a read of the site's database failed, and what to do. */
export function siteTrouble(
  error: unknown,
  location: DatabaseLocation | DatabaseLocation<TlsFiles>,
  django: DjangoDeclaration,
): string {
  const { kind, words } = databaseTrouble(error, location);
  return kind === 'missing' && django.kind === 'site'
    ? `${words}? A site with a custom user model has other tables: name them in "django.user"; ` +
        '`davgate discover` prints them on a machine that has the project'
    : words;
}

async function troubleOf(
  read: () => Promise<unknown>,
  inWords: (error: unknown) => string,
): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!isFailure(error, 'unavailable')) throw error;
    return inWords(error);
  }
}

function unreadableSessions(table: string, reason: string): Finding {
  return finding(
    'warning',
    '',
    `Browsers with a session of the site get an error: davgate cannot read the table ${table} (${reason}). ` +
      'Create it with the site\u2019s `migrate`, or grant the database user SELECT on it.',
  );
}

function passwordFindings(
  { active, able, faults }: PasswordCounts,
  at: HashersAt,
  hasSessions: boolean,
): Finding[] {
  if (active === 0) {
    return [finding('nobody', '', 'Nobody can sign in: the site has no active user.')];
  }
  const told = faults.filter(({ fault }) => able === 0 || fault.kind !== 'unusable');
  const findings = told.map(({ fault, users }) => {
    const who = users === 1 ? '1 active user' : `${users} active users`;
    return finding('warning', '', `The password of ${who} ${faultInWords(fault, at)}.`);
  });
  if (able > 0) return findings;
  const elsewhere = hasSessions ? ' except with a session of the site' : '';
  const message = `Nobody can sign in${elsewhere}: no active user has an accepted password.`;
  return [finding(hasSessions ? 'warning' : 'nobody', '', message), ...findings];
}

/** @param ahead how far the other clock is ahead of this machine's, in seconds */
export function clockFindings(whose: string, ahead: number | undefined): Finding[] {
  if (ahead === undefined || Math.abs(ahead) <= clockTolerance) return [];
  const way = ahead > 0 ? 'ahead of' : 'behind';
  const message =
    `The clock of ${whose} is ${Math.abs(Math.round(ahead))} s ${way} this machine\u2019s: ` +
    'locks and sessions would expire at the wrong time, so synchronise both clocks by NTP (see timedatectl).';
  return [finding('warning', '', message)];
}

/** Problems with a state database on a server. For a file, see state.ts. */
export async function stateServerFindings({ state }: Pick<Declaration, 'state'>): Promise<Finding[]> {
  const { trouble, ahead } = await probeState(readableState(state), Date.now);
  return trouble === undefined
    ? clockFindings('the state database', ahead)
    : [finding('refusal', 'state', trouble)];
}
