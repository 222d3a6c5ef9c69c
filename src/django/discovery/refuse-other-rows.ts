import { Failure } from '../../failure.js';
import { openDatabase } from '../database.js';
import type { DjangoSite } from '../site.js';
import { compareRows, type RowComparison } from './compare-rows.js';
import type { NotSeen, SeenBySite } from './seen-by-site.js';

/**
 * Makes sure that davgate reads the rows that the site does.
 * @param project where the site is, for the message
 * @returns warnings
 * @throws Failure `unavailable` where one of the two connections cannot be made, `not-implemented` where they read
 *   different rows. The message is for the administrator
 */
export async function refuseOtherRows(
  site: DjangoSite,
  seen: SeenBySite | NotSeen,
  project: string,
): Promise<readonly string[]> {
  const where = `The Django site in ${project}`;
  if ('trouble' in seen) {
    throw new Failure(
      'unavailable',
      `${where} cannot read its own database: ${seen.trouble}\ndavgate asks the site\u2019s own connection which ` +
        'rows it reads and starts once that works.',
    );
  }
  const { differences, warnings } = await compared(site, seen, where);
  if (differences.length === 0) return warnings;
  throw new Failure(
    'not-implemented',
    `${where} reads other rows than davgate would, so the wrong people could be let in:\n` +
      differences.map((difference) => `  ${difference}\n`).join('') +
      'What cannot be brought together can be declared: the database itself ("database") instead of the project.',
  );
}

async function compared(site: DjangoSite, seen: SeenBySite, where: string): Promise<RowComparison> {
  const knex = openDatabase(site.database);
  try {
    return await compareRows(knex, site, seen);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(
      'unavailable',
      // Knex puts the statement in front.
      `${where} can read its database, davgate cannot: ${message
        .slice(message.lastIndexOf(' - ') + 1)
        .replace(/^- /, '')
        .trim()}`,
      { cause },
    );
  } finally {
    await knex.destroy();
  }
}
