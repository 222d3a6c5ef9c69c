import { explain as explainAccess, type Asker, type Explanation } from '../../src/access/explain.js';
import { explanationInWords } from '../../src/access/explain-words.js';
import type { Share } from '../../src/config/declaration.js';
import { loadDeclaration } from '../../src/config/load.js';
import type { ServerPath, SharePath } from '../../src/http/target.js';
import { isAboveShares, locate } from '../shares.js';
import { answering } from './answering.js';
import { explainAuthz, type ExplainedAuthz } from './explain-authz.js';
import type { Output } from './output.js';
import { parseExplain } from './question-arguments.js';
import type { OpenSiteUsers, SiteUsers } from './site-users.js';
import { unserved } from './unserved.js';

/**
 * `davgate explain USER METHOD URL [--destination URL] [FILE]`: each right that the request needs, how the user stands
 * to each condition of the rules behind it, and the answer.
 * @returns the exit code: 0 where it would be allowed, 1 where refused, 2 where that cannot be told
 */
export function explain(args: readonly string[], output: Output, open: OpenSiteUsers): Promise<number> {
  return answering(output, async () => {
    const { username, file, ...asked } = parseExplain(args);
    const declaration = loadDeclaration(file);
    const shares = declaration.shares.map((declared) => ({ declared }));
    const place = (path: typeof asked.path) => {
      const located = locate(shares, path);
      return located && { share: located.share.declared, inside: located.inside };
    };
    const users = await open(declaration);
    try {
      const explanation = explainAccess({
        asker: await askerOf(username, users),
        ...asked,
        locate: place,
        isAboveShares: (path) => isAboveShares(shares, path),
      });
      const { method, path, destination } = explanation;
      const byPaths = await explainedByPaths(explanation, place, users);
      const answer = explanation.answer.allowed
        ? (unserved(method, place(path)?.share, destination && place(destination)?.share) ??
          byPaths.find(({ refusal }) => refusal)?.refusal ??
          explanation.answer)
        : explanation.answer;
      const further = byPaths.map(({ words }) => words);
      output.out(explanationInWords({ ...explanation, answer }, further));
      return answer.allowed ? 0 : 1;
    } finally {
      await users.close();
    }
  });
}

async function askerOf(username: string, users: SiteUsers): Promise<Asker> {
  const user = await users.find(username);
  if (!user) return { standing: 'unknown', username };
  if (!user.isActive) return { standing: 'inactive', username };
  return { standing: 'active', identity: user, sources: await users.permissionSources(user) };
}

/** What path rules say to each right that lies in an svn share which has some. */
async function explainedByPaths(
  { asker, rights }: Explanation,
  locateShare: (path: ServerPath) => { readonly share: Share; readonly inside: SharePath } | undefined,
  users: SiteUsers,
): Promise<readonly ExplainedAuthz[]> {
  if (asker.standing !== 'active') return [];
  const explained: ExplainedAuthz[] = [];
  for (const right of rights) {
    const located = locateShare(right.path);
    if (located?.share.kind !== 'svn') continue;
    const byPath = await explainAuthz(right, located.share, located.inside, asker.identity, users);
    if (byPath) explained.push(byPath);
  }
  return explained;
}
