import { openDatabase } from '../../src/django/database.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { KnexSessionTable } from '../../src/django/sessions/knex-session-table.js';
import type { DjangoSite, TlsFiles } from '../../src/django/site.js';
import { isFailure } from '../../src/failure.js';
import { readableSite } from '../site.js';

/**
 * What of the site's database davgate could not read just now, in sentences; nothing of it keeps davgate from starting.
 * @throws Failure `unavailable` where the database cannot be opened at all, for want of a certificate
 */
export async function siteWarnings(found: DjangoSite<TlsFiles>): Promise<string[]> {
  const site = readableSite(found);
  const knex = openDatabase(site.database);
  try {
    const { kind } = site.database;
    const users = new ModelDirectory(knex, { kind, user: site.user });
    const userTrouble = await troubleOf(() => users.find('davgate-check'));
    if (userTrouble !== undefined) {
      return [`Nobody can sign in: the users of the site cannot be read (${userTrouble}).`];
    }
    const { sessions } = site;
    if (!sessions || sessions.engine === 'signed_cookies') return [];
    const { table, timeZone } = sessions;
    const rows = new KnexSessionTable(knex, { kind, table, ...(timeZone !== undefined && { timeZone }) });
    const trouble = await troubleOf(() => rows.read('davgate-check'));
    if (trouble === undefined) return [];
    return [
      `Browsers with a session of the site get an error: its table ${table} cannot be read (${trouble}). ` +
        'Have the site make it (migrate), or let the database\u2019s user SELECT from it.',
    ];
  } finally {
    await knex.destroy();
  }
}

/** Why a reading fails, in the driver's words; undefined where it does not. */
async function troubleOf(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!isFailure(error, 'unavailable')) throw error;
    const { cause } = error;
    const reason = cause instanceof Error ? cause.message : error.message;
    // Knex puts the statement in front.
    return reason
      .slice(reason.lastIndexOf(' - ') + 1)
      .replace(/^- /, '')
      .trim();
  }
}
