import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonSchema } from '../../../src/config/schema.js';
import { startServer, type Peer } from '../peer.js';
import type { Site } from './site.js';

/** How many workers a davgate of the bench has, where that can be declared. */
export interface DavgateOptions {
  readonly workers: number;
  /** Tells the declarations of several davgates apart. */
  readonly name?: string;
}

/** davgate with a password in every request; its log is written, and thrown away. */
export async function startDavgate(site: Site, { workers, name = 'davgate' }: DavgateOptions): Promise<Peer> {
  const declaration = join(site.sample, `${name}.json`);
  const signedIn = { require: { staff: false } };
  const declared = {
    django: { database: 'sqlite:./django-site/db.sqlite3' },
    state: `sqlite:./var/${name}.sqlite3`,
    ...(declaresWorkers() ? { workers } : {}),
    shares: [
      { path: '/files', kind: 'webdav', root: join(site.documents, 'files'), ...signedIn },
      { path: '/relaxed', kind: 'webdav', root: site.relaxed, durability: 'relaxed', ...signedIn },
      { path: '/public', kind: 'webdav', root: site.public, public: true, write: false },
      { path: '/svn', kind: 'svn', repositories: site.repositories, ...signedIn },
    ],
  };
  await writeFile(declaration, JSON.stringify(declared));
  return startServer('server/main.js', declaration);
}

/** Whether this davgate's declaration knows `workers`. */
export function declaresWorkers(schema: unknown = JSON.parse(jsonSchema())): boolean {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return false;
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null && 'workers' in properties;
}
