import { openDatabase } from '../../src/database/open-database.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { password, type Access, type TestServer } from '../servers/database-server.js';
import { makeSite, serverDatabase, type RealSite } from './real-site.js';

export const database = 'site';

/** A real Django site with Django's own user model on a server. `reader` may select from all of it. */
export async function servedSite(server: TestServer): Promise<RealSite> {
  await server.createDatabase(database);
  const owner = server.server({ user: 'site', password, database });
  const site = await makeSite(serverDatabase(server.kind, owner), 'auth.User');
  await server.letRead(database);
  return site;
}

/** Its directory as `reader` sees it, and what closes that. */
export function servedDirectory(server: TestServer, access: Partial<Access> = {}) {
  const location = {
    kind: server.kind,
    server: server.server({ user: 'reader', password, database, ...access }),
  };
  const knex = openDatabase(location);
  return { knex, directory: new ModelDirectory(knex, { kind: server.kind }) };
}
