import { accessSync, constants, readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { errorCode } from '../../../src/config/files.js';
import { finding, placeOf, type Finding } from '../../../src/config/problems.js';
import { isFailure } from '../../../src/failure.js';
import { repositoriesIn } from '../../../src/svn/repositories/list-repositories.js';
import { runtimeUser, type RuntimeUser } from '../../../src/svn/apache/runtime-user.js';
import type { Machine, Numbered } from '../share.js';
import { nameOfUser, userInWords } from '../../../src/config/rights.js';

/** What a commit writes in an FSFS repository (subversion/libsvn_fs_fs/structure). A commit creates what is missing. */
const written = (
  'db db/current db/write-lock db/txn-current db/txn-current-lock db/transactions db/txn-protorevs db/rep-cache.db ' +
  'db/revs db/revprops db/locks'
).split(' ');

/** Folders in which a commit writes to the newest subfolder. */
const sharded = ['db/revs', 'db/revprops'];

/** The most repositories that one warning names. */
const shown = 3;

type ManagedShare = SvnShare & { readonly source: { readonly kind: 'repositories' | 'repository' } };

/** The repositories that Apache could not commit to as the user that it will run as. */
export async function repositoryFindings(
  shares: readonly Numbered<SvnShare>[],
  environment: Machine['environment'],
): Promise<Finding[]> {
  const managed = shares.filter(isManaged);
  if (managed.length === 0) return [];
  let user: RuntimeUser | undefined;
  try {
    user = environment.uid === 0 ? apacheUser(managed.map(({ share }) => share)) : undefined;
  } catch (error) {
    if (!isFailure(error)) return [];
    const message = `Subversion will not be served: ${error.message}`;
    return managed.map(({ share: { source }, index }) =>
      finding('warning', placeOf(['shares', index, source.kind]), message),
    );
  }
  const findings: Finding[] = [];
  for (const { share, index } of managed)
    findings.push(...(await unwritable(share, index, user, environment)));
  return findings;
}

function isManaged(numbered: Numbered<SvnShare>): numbered is Numbered<ManagedShare> {
  return numbered.share.source.kind !== 'upstream';
}

/** The user that Apache runs as if this process is root. @throws Failure as runtimeUser */
function apacheUser(shares: readonly ManagedShare[]): RuntimeUser | undefined {
  const owners = shares.flatMap(({ source }) => statSync(source.folder, { throwIfNoEntry: false }) ?? []);
  return runtimeUser(owners, readFileSync('/etc/passwd', 'utf8'));
}

async function unwritable(
  share: ManagedShare,
  index: number,
  user: RuntimeUser | undefined,
  environment: Machine['environment'],
): Promise<Finding[]> {
  const { source } = share;
  if (!share.isWritten) return [];
  const folders =
    source.kind === 'repository'
      ? [source.folder]
      : (await repositoriesIn(source.folder).catch(() => [])).map(({ name }) => join(source.folder, name));
  const faults = folders.flatMap((folder) => {
    const path = closedPart(folder, user);
    return path === undefined ? [] : [{ folder, path }];
  });
  const [first] = faults;
  if (!first) return [];
  const who = user === undefined ? userInWords(environment) : `the user ${user.name}, as whom Apache runs,`;
  const owner = user?.name ?? environment.userName ?? String(environment.uid);
  const others = faults.slice(1, shown).map(({ folder }) => folder);
  const more = faults.length > shown ? `, and ${faults.length - shown} more` : '';
  const message =
    `commits to ${[first.folder, ...others].join(', ')}${more} will fail: ${who} may not write ${first.path}` +
    `${ownerInWords(first.path)}; chown -R ${owner} ${first.folder}`;
  return [finding('warning', placeOf(['shares', index, source.kind]), message)];
}

function ownerInWords(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `, which belongs to ${nameOfUser(stats.uid)}` : '';
}

/** The first part of a repository that must be writable but is not. */
function closedPart(repository: string, user: RuntimeUser | undefined): string | undefined {
  const newest = sharded.flatMap((name) => newestIn(repository, name));
  return [...written, ...newest].map((name) => join(repository, name)).find((path) => isClosed(path, user));
}

function newestIn(repository: string, name: string): string[] {
  try {
    const shards = readdirSync(join(repository, name), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^\d+$/.test(entry.name))
      .map((entry) => entry.name);
    const newest = shards.sort((one, other) => Number(other) - Number(one))[0];
    return newest === undefined ? [] : [join(name, newest)];
  } catch {
    return [];
  }
}

/** Uses the mode bits for another user, as in folder-access.ts, and access(2) for this process itself. */
function isClosed(path: string, user: RuntimeUser | undefined): boolean {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    return errorCode(error) === 'EACCES';
  }
  const wanted = constants.R_OK | constants.W_OK | (stats.isDirectory() ? constants.X_OK : 0);
  if (user !== undefined) {
    const { uid, gid, mode } = stats;
    const granted = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
    return (granted & wanted) !== wanted;
  }
  try {
    accessSync(path, wanted);
    return false;
  } catch {
    return true;
  }
}
