import { SessionAuthenticator, type SessionLogins } from '../../src/credentials/session-authenticator.js';
import type { UsersById } from '../../src/django/directory.js';
import {
  KnexSessionTable,
  type KnexSessionTableOptions,
} from '../../src/django/sessions/knex-session-table.js';
import { SessionUsers } from '../../src/django/sessions/session-users.js';
import type { DjangoSite, SessionSettings } from '../../src/django/site.js';

/** Recognises browsers by their session of the site. */
export interface SiteSessions {
  readonly settings: SessionSettings;
  readonly authenticator: SessionLogins;
}

interface SessionParts {
  readonly site: DjangoSite;
  /** The site's database. */
  readonly knex: ConstructorParameters<typeof KnexSessionTable>[0];
  readonly directory: UsersById;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

export function openSessions(
  settings: SessionSettings,
  { site, knex, directory, now }: SessionParts,
): SiteSessions {
  const options: KnexSessionTableOptions = {
    kind: site.database.kind,
    table: settings.table,
    ...(settings.timeZone !== undefined && { timeZone: settings.timeZone }),
  };
  const sessions = new SessionUsers({
    settings,
    secretKeys: site.secretKeys,
    table: new KnexSessionTable(knex, options),
    users: directory,
    clock: Date.now,
  });
  return { settings, authenticator: new SessionAuthenticator({ sessions, now }) };
}
