import { existsSync } from 'node:fs';
import { databaseTrouble } from '../../database/database-trouble.js';
import type { DatabaseLocation } from '../../database/location.js';

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
export function siteTrouble(trouble: string, location: DatabaseLocation): string | undefined {
  const [, code] = codes.find(([said]) => said.test(trouble)) ?? [];
  if (code === undefined) return undefined;
  const isGone = code === 'SQLITE_CANTOPEN' && location.kind === 'sqlite' && !existsSync(location.file);
  const error = Object.assign(new Error(code === 'SASL' ? code : trouble), {
    code: isGone ? 'ENOENT' : code,
  });
  return databaseTrouble(error, location).words;
}
