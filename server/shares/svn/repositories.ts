import { usernameOf, type Visitor } from '../../../src/access/identity.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { Failure } from '../../../src/failure.js';
import { child, shareRoot, type SharePath } from '../../../src/http/target.js';
import type { Entry, ReadableStorage } from '../../../src/storage/storage.js';
import { AuthzRules } from '../../../src/svn/authz/authz-access.js';
import { parseAuthz } from '../../../src/svn/authz/authz-file.js';
import { repositoriesIn } from '../../../src/svn/repositories/list-repositories.js';
import { readPathRules, type ReadyRules } from './path-rules.js';

const listingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PROPFIND']);

/** Whether a request asks for the list of repositories. Apache refuses it, but davgate knows who may see which. */
export function listsRepositories({ source }: SvnShare, method: string, inside: SharePath): boolean {
  return source.kind === 'repositories' && inside === '/' && listingMethods.has(method);
}

/**
 * The repositories of a share that somebody may read, as empty collections.
 * @throws Failure `unavailable` if they or the path rules cannot be read; `forbidden` as {@link ReadyRules.ready}
 */
export async function repositoryList(
  { source, policy, authz }: SvnShare,
  identity: Visitor,
  pathRules: ReadyRules | undefined,
): Promise<ReadableStorage> {
  await pathRules?.ready(usernameOf(identity));
  const refused = (pathRules?.unknownGroups.length ?? 0) > 0;
  const rules = authz === undefined ? undefined : new AuthzRules(parseAuthz(await readPathRules(authz)));
  const mayRead = (name: string): boolean => {
    const path = child(shareRoot, name);
    if (path === undefined || !policy.decide(identity, 'read', path).allowed) return false;
    // Only Apache can judge patterns, so if the rules contain any, nobody sees a name.
    return (
      !refused &&
      (rules === undefined || (rules.patterns.length === 0 && rules.at(identity, name, '/')?.read === true))
    );
  };
  const repositories = source.kind === 'upstream' ? [] : await repositoriesIn(source.folder);
  const entries: readonly Entry[] = repositories
    .filter(({ name }) => mayRead(name))
    .map(({ name, modified }) => ({ name, stat: { kind: 'collection', modified, created: undefined } }));
  const newest = Math.max(0, ...entries.map(({ stat }) => stat.modified));
  return {
    stat: (path) => {
      const stat = entries.find(({ name }) => path === `/${name}`)?.stat;
      return Promise.resolve(
        path === '/' ? { kind: 'collection', modified: newest, created: undefined } : stat,
      );
    },
    async *list(path) {
      await Promise.resolve();
      if (path === '/') yield entries;
    },
    open: () => Promise.reject(new Failure('not-found', 'There is no file here.')),
  };
}
