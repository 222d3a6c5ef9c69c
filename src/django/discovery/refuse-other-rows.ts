import { Failure } from '../../failure.js';
import { databaseTrouble } from '../../database/database-trouble.js';
import { openDatabase } from '../../database/open-database.js';
import type { DjangoSite } from '../site.js';
import { compareRows } from './compare-rows.js';
import { maskSecrets } from './mask-secrets.js';
import { siteTrouble } from './site-trouble.js';
import type { NotSeen, SeenBySite } from './seen-by-site.js';

/**
 * Makes sure that davgate reads the same rows as the site.
 * @param project where the site is, for the message
 * @throws Failure `unavailable` if one of the two connections cannot be made; `not-implemented` if they read different
 *   rows. The message is for the administrator
 */
export async function refuseOtherRows(
  site: DjangoSite,
  seen: SeenBySite | NotSeen,
  project: string,
): Promise<void> {
  const where = `The Django site in ${project}`;
  if ('trouble' in seen) {
    const words = siteTrouble(seen.trouble, site.database);
    throw new Failure(
      'unavailable',
      `${where} cannot read its own database: ${maskSecrets(seen.trouble)}\n` +
        (words === undefined ? '' : `In other words, ${words}.\n`) +
        'davgate asks the site\u2019s own connection which rows it reads, and starts when that works.',
    );
  }
  const differences = await compared(site, seen, where);
  if (differences.length === 0) return;
  throw new Failure(
    'not-implemented',
    `${where} reads different rows from davgate, so the wrong people could be let in:\n` +
      differences.map((difference) => `  ${difference}\n`).join('') +
      'If the two cannot be made to agree, declare the database itself ("database") instead of the project.',
  );
}

async function compared(site: DjangoSite, seen: SeenBySite, where: string): Promise<readonly string[]> {
  const knex = openDatabase(site.database);
  try {
    return await compareRows(knex, site, seen);
  } catch (cause) {
    throw new Failure(
      'unavailable',
      `${where} can read its database, but davgate cannot: ${databaseTrouble(cause, site.database).words}.`,
      { cause },
    );
  } finally {
    await knex.destroy();
  }
}
