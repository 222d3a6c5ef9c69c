import { after, type TestContext } from 'node:test';
import { ModelDirectory } from '../../../src/django/model-directory.js';
import { KnexSessionTable } from '../../../src/django/sessions/knex-session-table.js';
import { SessionUsers } from '../../../src/django/sessions/session-users.js';
import type { SessionEngine, SessionSettings } from '../../../src/django/site.js';
import { openSqlite } from '../../../src/database/sqlite.js';
import { debian } from '../djangos.js';
import { DjangoSite, type Settings } from './django-site.js';

/** The sample site's own SECRET_KEY. */
export const secretKey = 'davgate-sample-site-key-not-for-production';
export const modelBackend = 'django.contrib.auth.backends.ModelBackend';
export const engines: readonly SessionEngine[] = ['db', 'cached_db', 'signed_cookies'];
export const twoWeeks = 14 * 24 * 60 * 60;

/** Django's settings for an engine. */
export function using(engine: SessionEngine, more: Settings = {}): Settings {
  return { SESSION_ENGINE: `django.contrib.sessions.backends.${engine}`, ...more };
}

/** One site for all tests of the suite around this call, each with users of its own; started when first asked for. */
export function siteOfSuite(django = debian): () => DjangoSite {
  let site: DjangoSite | undefined;
  after(() => site?.close());
  return () => (site ??= new DjangoSite(django));
}

let users = 0;

/** A user name that nobody has yet. */
export function newName(): string {
  users += 1;
  return `user${users}`;
}

export interface ReadingOptions extends Partial<SessionSettings> {
  readonly keys?: readonly string[];
  readonly timeZone?: string;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** davgate's reading of a site's sessions, closed after the test. */
export function reading(t: TestContext, file: string, options: ReadingOptions = {}): SessionUsers {
  const { keys = [secretKey], clock = Date.now, timeZone = 'UTC', ...settings } = options;
  const knex = openSqlite({ file });
  t.after(() => knex.destroy());
  return new SessionUsers({
    settings: {
      engine: 'db',
      cookieName: 'sessionid',
      cookieAge: twoWeeks,
      table: 'django_session',
      loginUrl: '/accounts/login/',
      ...settings,
    },
    secretKeys: keys,
    table: new KnexSessionTable(knex, { kind: 'sqlite', table: 'django_session', timeZone }),
    users: new ModelDirectory(knex, { kind: 'sqlite' }),
    clock,
  });
}
