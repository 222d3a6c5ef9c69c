import type { DatabaseLocation, TlsOptions } from '../database/location.js';

/** A many-to-many table between users and something else. */
export interface LinkTable {
  readonly table: string;
  readonly user: string;
  readonly other: string;
}

/** AUTH_USER_MODEL in the database. A flag without a column has its default. */
export interface UserModel {
  readonly table: string;
  readonly columns: {
    /** The primary key: an integer or a UUID. */
    readonly id: string;
    /** USERNAME_FIELD */
    readonly username: string;
    readonly password: string;
    /** Missing: every user is active (AbstractBaseUser.is_active). */
    readonly isActive?: string;
    /** Missing: nobody is staff. */
    readonly isStaff?: string;
    /** Missing: nobody is a superuser. */
    readonly isSuperuser?: string;
    /** What get_full_name joins by a space. Missing: a user has no such name. */
    readonly firstName?: string;
    readonly lastName?: string;
    /** EMAIL_FIELD. Missing: a user has no address. */
    readonly email?: string;
  };
  /** Missing if the model has no PermissionsMixin: nobody then has groups or permissions. */
  readonly groups?: LinkTable;
  readonly permissions?: LinkTable;
}

/** Django's own user model, django.contrib.auth.models.User. */
export const defaultUserModel: UserModel = {
  table: 'auth_user',
  columns: {
    id: 'id',
    username: 'username',
    password: 'password',
    isActive: 'is_active',
    isStaff: 'is_staff',
    isSuperuser: 'is_superuser',
    firstName: 'first_name',
    lastName: 'last_name',
    email: 'email',
  },
  groups: { table: 'auth_user_groups', user: 'user_id', other: 'group_id' },
  permissions: { table: 'auth_user_user_permissions', user: 'user_id', other: 'permission_id' },
};

/** Sessions that davgate can read (SESSION_ENGINE, the last part of its name). */
export type SessionEngine = 'db' | 'cached_db' | 'signed_cookies';

export interface SessionSettings {
  readonly engine: SessionEngine;
  /** SESSION_COOKIE_NAME */
  readonly cookieName: string;
  /** SESSION_COOKIE_AGE, in seconds: how long a signed cookie is valid. */
  readonly cookieAge: number;
  /** The table of the `db` and `cached_db` engines. */
  readonly table: string;
  /** LOGIN_URL, a path on the site or an absolute URL; undefined if there is no login page to send people to. */
  readonly loginUrl: string | undefined;
  /** TIME_ZONE if USE_TZ is false: the zone of the times in the table. Default: UTC. */
  readonly timeZone?: string;
  /** The dotted paths of the backends that a session may name (AUTHENTICATION_BACKENDS); missing: any. */
  readonly backends?: readonly string[];
}

export interface DjangoSite<Tls = TlsOptions> {
  readonly database: DatabaseLocation<Tls>;
  readonly user: UserModel;
  /** Django's names of the accepted hashers, such as `pbkdf2_sha256`; the first is the site's default. */
  readonly hashers: readonly string[];
  /** SECRET_KEY, then SECRET_KEY_FALLBACKS; empty if sessions are not read. */
  readonly secretKeys: readonly string[];
  readonly sessions: SessionSettings | undefined;
}
