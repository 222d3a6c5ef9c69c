import { createHash, pbkdf2Sync } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** The users of the suite, with their passwords. */
const users: Readonly<Record<string, string>> = {
  jrandom: 'rayjandom',
  jconstant: 'rayjandom',
  __dumpster__: '__loadster__',
  JRANDOM: 'rayjandom',
  JCONSTANT: 'rayjandom',
};

/** Few: it is not the hashing that is tried here. */
const iterations = 1000;

/** Puts the users of the suite into a sample's Django database. */
export function addTestUsers(sample: string): void {
  const database = new Database(join(sample, 'django-site', 'db.sqlite3'));
  const insert = database.prepare(
    `INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
     VALUES (?, ?, 0, 0, 1, '', '', '', '2020-01-01 00:00:00')`,
  );
  for (const [name, password] of Object.entries(users)) insert.run(name, hashed(password));
  database.close();
}

/** As Django keeps it. */
function hashed(password: string): string {
  const salt = 'suite';
  const hash = pbkdf2Sync(password, salt, iterations, 32, 'sha256').toString('base64');
  return `pbkdf2_sha256$${iterations}$${salt}$${hash}`;
}

/** Their names and passwords as a file for Apache's `AuthUserFile`. */
export function testUserFile(): string {
  return Object.entries(users)
    .map(([name, password]) => `${name}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`)
    .join('');
}
