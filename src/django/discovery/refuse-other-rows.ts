import { existsSync } from 'node:fs';
import { Failure } from '../../failure.js';
import { databaseTrouble } from '../../database/database-trouble.js';
import { openDatabase } from '../../database/open-database.js';
import type { DjangoSite } from '../site.js';
import { compareRows } from './compare-rows.js';
import { maskSecrets } from './mask-secrets.js';
import type { NotSeen, SeenBySite } from './seen-by-site.js';
import type { DatabaseLocation } from '../../database/location.js';

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

/** Messages of Python's drivers, with the codes that `databaseTrouble` uses for the same errors. */
const codes: readonly (readonly [said: RegExp, code: string])[] = [
  [/unable to open database file/, 'SQLITE_CANTOPEN'],
  [/file is not a database/, 'SQLITE_NOTADB'],
  [/database (?:table )?is locked/, 'SQLITE_BUSY'],
  [/disk image is malformed/, 'SQLITE_CORRUPT'],
  [/pg_hba\.conf/, '28000'],
  [/no password supplied/, 'SASL'],
  [/password authentication failed|\(1045,/, '28P01'],
  [/database "[^"]*" does not exist|\(1049,/, '3D000'],
  [/\(1044,/, 'ER_DBACCESS_DENIED_ERROR'],
  [/\(1040,/, 'ER_CON_COUNT_ERROR'],
  [/too many (?:clients|connections)|remaining connection slots/, '53300'],
  [/the database system is (?:starting|shutting)/, '57P03'],
  [/server does not support SSL|\(2026,.*(?:not support|SSL is required)/, 'HANDSHAKE_NO_SSL_SUPPORT'],
  [/certificate has expired/, 'CERT_HAS_EXPIRED'],
  [
    /certificate for .* does not match host name|Hostname mismatch|Validation of SSL server/,
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  [/certificate verify failed|self.signed certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/\(2026,/, 'HANDSHAKE_SSL_ERROR'],
  [
    /could not translate host name|failed to resolve host|\(2005,|Name or service not known|Unknown (?:MySQL )?server host/,
    'ENOTFOUND',
  ],
  [/socket.*No such file or directory|No such file or directory.*socket|through socket/s, 'ENOENT'],
  [/Connection refused|\(2003,|\(2002,/, 'ECONNREFUSED'],
  [/No route to host/, 'EHOSTUNREACH'],
  [/Network is unreachable/, 'ENETUNREACH'],
  [/timeout expired|timed out|did not answer within/, 'ETIMEDOUT'],
];

/**
 * What is wrong with the database of a site whose own connection could not be made, where, and what to do.
 * @param trouble in the words of Python's driver
 * @returns undefined if the words are not known: the error may be in the site's own code
 */
function siteTrouble(trouble: string, location: DatabaseLocation): string | undefined {
  const [, code] = codes.find(([said]) => said.test(trouble)) ?? [];
  if (code === undefined) return undefined;
  const isGone = code === 'SQLITE_CANTOPEN' && location.kind === 'sqlite' && !existsSync(location.file);
  const error = Object.assign(new Error(code === 'SASL' ? code : trouble), {
    code: isGone ? 'ENOENT' : code,
  });
  return databaseTrouble(error, location).words;
}
