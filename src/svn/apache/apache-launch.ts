import { constants, existsSync } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Failure } from '../../failure.js';
import { apacheConfig, type SvnFolder, type SvnLocation } from './apache-config.js';
import type { ApacheProgram } from './find-apache.js';
import { closedTo } from './folder-access.js';
import type { RuntimeUser } from './runtime-user.js';
import { lifelineDescriptor } from './watchdog.js';

export interface Launch {
  readonly program: ApacheProgram;
  /** The svn shares; the paths of their folders are absolute. */
  readonly shares: readonly SvnLocation[];
  /** The user to run as, if not the caller. */
  readonly user: RuntimeUser | undefined;
  /** Folders that may contain the runtime folder, best first. */
  readonly temporaryFolders: readonly string[];
  /** PATH of the child. */
  readonly path: string;
  readonly log: (line: string) => void;
}

export interface Prepared {
  readonly port: number;
  /** Absolute path of a folder that does not exist yet. */
  readonly runtimeFolder: string;
  readonly configuration: string;
  /** Folders that the child must inherit, in this order, from the descriptor after the lifeline on. */
  readonly folders: readonly FileHandle[];
}

const systemMediaTypes = '/etc/mime.types';

const ownDescriptors = '/proc/self/fd';

/** Chooses a port and a runtime folder, and writes the configuration for them. The caller closes the folders. */
export async function prepare(launch: Launch): Promise<Prepared> {
  const port = await freePort();
  const runtimeFolder = await runtimeFolderPath(launch.temporaryFolders, launch.user);
  const folders: FileHandle[] = [];
  try {
    const locations = await reachable(launch, folders);
    const { modules } = launch.program;
    const mediaTypes = existsSync(systemMediaTypes) ? systemMediaTypes : undefined;
    const configuration = apacheConfig({ port, runtimeFolder, modules, locations, mediaTypes });
    return { port, runtimeFolder, configuration, folders };
  } catch (error) {
    await Promise.all(folders.map((folder) => folder.close()));
    throw error;
  }
}

/**
 * The shares as the child reaches them. Another user cannot enter a folder below a private home directory; the child
 * inherits the open folder instead and reaches it through /proc. Only SQLite does not follow such a path, so svn then
 * works without its cache of representations and warns at every commit.
 */
async function reachable(launch: Launch, folders: FileHandle[]): Promise<readonly SvnLocation[]> {
  const { user, shares } = launch;
  if (user === undefined || !existsSync(ownDescriptors)) return shares;
  const locations: SvnLocation[] = [];
  for (const share of shares) {
    const folder = folderOf(share);
    const closed = await closedTo(user, folder, 'list');
    if (closed === undefined) {
      locations.push(share);
      continue;
    }
    if ('repositoryPath' in share && share.authzFile !== undefined) {
      // Rules name a repository by the last part of its path, which it would not have there.
      throw new Failure(
        'internal',
        `The user ${user.name} has no access to ${closed}, so the path rules of ${share.path} cannot be applied: ` +
          `give ${user.name} access, or run this server as the owner of the repository.`,
      );
    }
    folders.push(await open(folder, constants.O_RDONLY | constants.O_DIRECTORY));
    const inherited = `${ownDescriptors}/${lifelineDescriptor + folders.length}`;
    locations.push({
      ...share,
      ...('parentPath' in share ? { parentPath: inherited } : { repositoryPath: inherited }),
    });
    launch.log(
      `The user ${user.name} has no access to ${closed}, so commits below ${share.path} end with a warning about rep-cache.db: ` +
        `give ${user.name} access, or run this server as the owner of the repositories.`,
    );
  }
  return locations;
}

/** The folder of a location: the folder that contains its repositories, or its repository. */
export function folderOf(location: SvnFolder): string {
  return 'parentPath' in location ? location.parentPath : location.repositoryPath;
}

/** A TCP port of the loopback address that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Failure('internal', 'The server could not bind a loopback port.');
  }
  return address.port;
}

/**
 * A path at which `user`, or the caller if there is none, can create and remove a folder. Creates nothing yet.
 * @param parents folders that may contain it, best first
 * @returns an absolute path that nobody can guess, its parent without symbolic links
 * @throws Failure `internal` if no parent is suitable
 */
async function runtimeFolderPath(parents: readonly string[], user: RuntimeUser | undefined): Promise<string> {
  for (const parent of parents) {
    if (user !== undefined && (await closedTo(user, parent, 'write')) !== undefined) continue;
    return join(await realpath(parent), `.davgate-apache-${randomBytes(12).toString('hex')}`);
  }
  throw new Failure('internal', `The user ${user?.name ?? ''} cannot write to any temporary folder.`);
}
