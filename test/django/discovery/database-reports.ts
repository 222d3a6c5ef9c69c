import assert from 'node:assert/strict';
import { findDatabase } from '../../../src/django/discovery/find-database.js';
import type { DatabaseReport } from '../../../src/django/discovery/report.js';
import { isFailure } from '../../../src/failure.js';

export type Environment = Readonly<Record<string, string>>;

/** Where an entry of DATABASES is, with an engine of Django's own. */
export function found(
  engine: string,
  entry: Partial<DatabaseReport>,
  environment: Environment = {},
  systemUser?: string,
) {
  const empty = {
    vendor: null,
    name: 'site',
    user: '',
    password: '',
    host: '',
    port: '',
    options: {},
    optionFile: {},
  };
  const report = { ...empty, engine: `django.db.backends.${engine}`, ...entry };
  return findDatabase(report, {
    project: '/srv/site',
    environment: { HOME: '/nonexistent', ...environment },
    systemUser,
  });
}

/** As {@link found}, where that is a server. */
export function server(
  engine: string,
  entry: Partial<DatabaseReport>,
  environment?: Environment,
  systemUser?: string,
) {
  const { location, warnings } = found(engine, entry, environment, systemUser);
  assert.notEqual(location.kind, 'sqlite');
  return { server: location.kind === 'sqlite' ? undefined : location.server, warnings };
}

/** A refusal that says so. */
export const refused = (pattern: RegExp) => (error: unknown) =>
  isFailure(error, 'not-implemented') && pattern.test(error.message);

/** A server of which nothing is known but its database. */
export const nothing = {
  host: '',
  port: undefined,
  socket: undefined,
  user: undefined,
  password: undefined,
  tls: undefined,
};
