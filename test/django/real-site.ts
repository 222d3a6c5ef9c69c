import { resolve } from 'node:path';
import { z } from 'zod';
import type { DatabaseServer } from '../../src/database/location.js';
import { run } from '../clients/helpers/programs.js';
import { debian } from './djangos.js';

const script = resolve('test/django/site/make_site.py');

/** User models of test/django/site, by AUTH_USER_MODEL. */
export const userModels = ['auth.User', 'emailed.User', 'unstaffed.Member', 'bare.Account', 'renamed.Person'];

const linkTable = z.object({ table: z.string(), user: z.string(), other: z.string() });

const realSite = z.object({
  model: z.object({
    table: z.string(),
    columns: z.object({
      id: z.string(),
      username: z.string(),
      password: z.string(),
      isActive: z.string().exactOptional(),
      isStaff: z.string().exactOptional(),
      isSuperuser: z.string().exactOptional(),
      firstName: z.string().exactOptional(),
      lastName: z.string().exactOptional(),
      email: z.string().exactOptional(),
    }),
    groups: linkTable.exactOptional(),
    permissions: linkTable.exactOptional(),
  }),
  permissions: z.array(z.string()),
  users: z.array(
    z.object({
      id: z.string(),
      username: z.string(),
      encodedPassword: z.string(),
      isActive: z.boolean(),
      isStaff: z.boolean(),
      isSuperuser: z.boolean(),
      /** Empty for none. */
      fullName: z.string(),
      email: z.string(),
      groups: z.array(z.string()),
      /** Permissions that `has_perm` says the user has. */
      has: z.array(z.string()),
      /** What `authenticate` answered; `found` is the name of the user it gave. */
      attempts: z.array(
        z.object({ username: z.string(), password: z.string(), found: z.string().nullable() }),
      ),
    }),
  ),
});

/** A site that Django made, and what Django says of its users. */
export type RealSite = z.infer<typeof realSite>;

/** An entry of DATABASES. */
export type DjangoDatabase = Readonly<Record<string, unknown>>;

export function sqliteDatabase(file: string): DjangoDatabase {
  return { ENGINE: 'django.db.backends.sqlite3', NAME: file };
}

export function serverDatabase(kind: 'postgresql' | 'mysql', server: DatabaseServer): DjangoDatabase {
  return {
    ENGINE: `django.db.backends.${kind}`,
    NAME: server.database,
    USER: server.user,
    PASSWORD: server.password,
    HOST: server.host,
    PORT: String(server.port),
    ...(kind === 'mysql' && { OPTIONS: { charset: 'utf8mb4' } }),
  };
}

/** Lets Django make the tables and the users of a site (make_site.py). */
export async function makeSite(
  database: DjangoDatabase,
  model: string,
  { python, environment } = debian,
): Promise<RealSite> {
  const answer = await run(python, [script], {
    env: { ...environment, PYTHONDONTWRITEBYTECODE: '1' },
    input: JSON.stringify({ database, model }),
  });
  return realSite.parse(JSON.parse(answer));
}
