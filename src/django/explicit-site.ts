import { z } from 'zod';
import { parseDatabaseUrl } from '../database/database-url.js';
import { defaultAlgorithms, knownAlgorithms } from './hashers/django-hashers.js';
import type { TlsFiles } from '../database/location.js';
import { defaultUserModel, type DjangoSite, type LinkTable, type UserModel } from './site.js';

/** Stands in a declaration for a secret that was not printed. Never accepted as a secret, because everyone knows it. */
export const redacted = 'LEFT-OUT';

const name = z.string().min(1, 'must not be empty');

/** A table or column: a dot would be taken for a schema's. */
const identifier = z
  .string()
  .regex(
    /^[^."`\\]+$/,
    'must be the name of a table or column, without a schema, dots, backslashes or quotation marks',
  );

const flag = identifier.nullable().optional();

const link = z.strictObject({
  table: identifier.describe('The many-to-many table.'),
  user: identifier.describe('Its column with the user\u2019s primary key.'),
  other: identifier.describe('Its column with the primary key of the group or permission.'),
});

const userSchema = z
  .strictObject({
    table: identifier.optional().describe(`Default: ${defaultUserModel.table}`),
    columns: z
      .strictObject({
        id: identifier.optional().describe('The primary key, an integer or a UUID. Default: id'),
        username: identifier.optional().describe('USERNAME_FIELD. Default: username'),
        password: identifier.optional().describe('Default: password'),
        isActive: flag.describe('null: every user is active. Default: is_active'),
        isStaff: flag.describe('null: nobody is staff. Default: is_staff'),
        isSuperuser: flag.describe('null: nobody is a superuser. Default: is_superuser'),
        firstName: flag.describe(
          'What get_full_name begins with, or all of it; for other web servers. ' +
            'Default: first_name in auth_user, none in another table',
        ),
        lastName: flag.describe(
          'What get_full_name ends with. Default: last_name in auth_user, none in another table',
        ),
        email: flag.describe('EMAIL_FIELD. Default: email in auth_user, none in another table'),
      })
      .optional(),
    groups: link.nullable().optional().describe('null: users have no groups.'),
    permissions: link.nullable().optional().describe('null: users have no permissions of their own.'),
  })
  .describe('AUTH_USER_MODEL in the database, where it differs from Django\u2019s own User.');

const secret = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (text) => text !== redacted,
    'stands for a secret that was left out: replace it with the site\u2019s own',
  );

const sessionsSchema = z
  .strictObject({
    engine: z
      .enum(['db', 'cached_db', 'signed_cookies'])
      .optional()
      .describe('SESSION_ENGINE, the last part of its name. Default: db'),
    cookieName: name.optional().describe('SESSION_COOKIE_NAME. Default: sessionid'),
    cookieAge: z.int().min(0).optional().describe('SESSION_COOKIE_AGE, in seconds. Default: 1209600'),
    table: identifier
      .optional()
      .describe('The table of the engines db and cached_db. Default: django_session'),
    timeZone: name.optional().describe('TIME_ZONE, where USE_TZ is false. Default: UTC'),
    loginUrl: z
      .string()
      .regex(/^(\/|https?:\/\/)/, 'must be a path such as "/accounts/login/", or an absolute URL')
      .optional()
      .describe('LOGIN_URL: where browsers without a session are sent. Default: nowhere.'),
    backends: z
      .array(name)
      .optional()
      .describe('AUTHENTICATION_BACKENDS: those that a session may name. Default: any.'),
  })
  .describe('How the site keeps its sessions. Default: its sessions are not read.');

/** The facts of a Django site as an administrator declares them, instead of a project to read. */
export const explicitSiteSchema = z
  .strictObject({
    database: z
      .string()
      .superRefine((url, context) => {
        const problem = databaseProblem(url);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .describe(
        'The site\u2019s database, as "sqlite:FILE", "postgresql://user:password@host/name" or ' +
          '"mysql://user:password@host/name"; files are relative to this one. Only read.',
      ),
    user: userSchema.optional(),
    hashers: z
      .array(z.enum(knownAlgorithms))
      .min(1, 'must name at least one hasher')
      .optional()
      .describe(
        'PASSWORD_HASHERS by their algorithms, the site\u2019s default first. Default: Django 6.1\u2019s own.',
      ),
    secretKey: secret.optional().describe('SECRET_KEY; needed with `sessions`.'),
    secretKeyFallbacks: z.array(secret).optional().describe('SECRET_KEY_FALLBACKS'),
    sessions: sessionsSchema.optional(),
  })
  .superRefine(({ user, sessions, secretKey }, context) => {
    if (sessions !== undefined && secretKey === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['secretKey'],
        message: 'is missing: sessions are signed with it',
      });
    }
    if (user?.table === undefined || user.table === defaultUserModel.table) return;
    for (const key of ['groups', 'permissions'] as const) {
      if (user[key] !== undefined) continue;
      const message = `is missing: a table of users other than ${defaultUserModel.table} has another one, or none (null)`;
      context.addIssue({ code: 'custom', path: ['user', key], message });
    }
  });

export type ExplicitSite = z.infer<typeof explicitSiteSchema>;

function databaseProblem(url: string): string | undefined {
  const location = parseDatabaseUrl(url, '/');
  if (typeof location === 'string') return location;
  const secretMissing = location.kind !== 'sqlite' && location.server.password === redacted;
  return secretMissing ? 'has no password: it was left out, so insert the site\u2019s own' : undefined;
}

/**
 * The declared site with its defaults filled in.
 * @param folder absolute; relative paths start here
 * @throws RangeError for a database URL that the schema refuses
 */
export function siteOf(input: ExplicitSite, folder: string): DjangoSite<TlsFiles> {
  const { user, hashers, secretKey, secretKeyFallbacks, sessions } = input;
  const database = parseDatabaseUrl(input.database, folder);
  if (typeof database === 'string') throw new RangeError(`The database URL ${database}.`);
  const keys = secretKey === undefined ? [] : [secretKey, ...(secretKeyFallbacks ?? [])];
  return {
    database,
    user: userModelOf(user ?? {}),
    hashers: hashers ?? defaultAlgorithms,
    secretKeys: sessions === undefined ? [] : keys,
    sessions: sessions && {
      engine: sessions.engine ?? 'db',
      cookieName: sessions.cookieName ?? 'sessionid',
      cookieAge: sessions.cookieAge ?? 1_209_600,
      table: sessions.table ?? 'django_session',
      ...(sessions.timeZone !== undefined && { timeZone: sessions.timeZone }),
      loginUrl: sessions.loginUrl,
      ...(sessions.backends !== undefined && { backends: sessions.backends }),
    },
  };
}

function userModelOf({ table, columns = {}, groups, permissions }: z.infer<typeof userSchema>): UserModel {
  const standard = defaultUserModel.columns;
  const isActive = orStandard(columns.isActive, standard.isActive);
  const isStaff = orStandard(columns.isStaff, standard.isStaff);
  const isSuperuser = orStandard(columns.isSuperuser, standard.isSuperuser);
  const told = table === undefined || table === defaultUserModel.table ? standard : undefined;
  const firstName = orStandard(columns.firstName, told?.firstName);
  const lastName = orStandard(columns.lastName, told?.lastName);
  const email = orStandard(columns.email, told?.email);
  const groupTable = orStandard<LinkTable>(groups, defaultUserModel.groups);
  const permissionTable = orStandard<LinkTable>(permissions, defaultUserModel.permissions);
  return {
    table: table ?? defaultUserModel.table,
    columns: {
      id: columns.id ?? standard.id,
      username: columns.username ?? standard.username,
      password: columns.password ?? standard.password,
      ...(isActive !== undefined && { isActive }),
      ...(isStaff !== undefined && { isStaff }),
      ...(isSuperuser !== undefined && { isSuperuser }),
      ...(firstName !== undefined && { firstName }),
      ...(lastName !== undefined && { lastName }),
      ...(email !== undefined && { email }),
    },
    ...(groupTable !== undefined && { groups: groupTable }),
    ...(permissionTable !== undefined && { permissions: permissionTable }),
  };
}

/** The declared value, or undefined if it is null; what Django's own User has if nothing was declared. */
function orStandard<T>(declared: T | null | undefined, standard: T | undefined): T | undefined {
  return declared === undefined ? standard : (declared ?? undefined);
}
