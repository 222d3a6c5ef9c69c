import {
  explain as explainAccess,
  type Answer,
  type Asker,
  type Explanation,
} from '../../src/access/explain.js';
import { explanationInWords } from '../../src/access/explain-words.js';
import { legible } from '../../src/access/legible.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { loadDeclaration } from '../../src/config/load.js';
import { problemInWords } from '../../src/config/problems.js';
import type { DirectoryUser } from '../../src/django/directory.js';
import type { Method } from '../../src/http/method.js';
import type { ServerPath, SharePath } from '../../src/http/target.js';
import { grantsOfShare } from '../preflight/names.js';
import { kinds } from '../shares/kinds.js';
import type { ExplainedBeyondRules, ShareKind } from '../shares/share.js';
import { refusalAtRoot } from '../shares/root.js';
import { holderOf, isAboveShares } from '../shares/share-map.js';
import { answering } from './answering.js';
import type { Output } from './output.js';
import { parseExplain } from './question-arguments.js';
import type { OpenSiteUsers, SiteUsers, UnacceptedPassword } from './site-users.js';

/**
 * `davgate explain USER METHOD URL [--destination URL] [FILE]`: each right that the request needs, how the user stands
 * to each condition of the rules behind it, and the answer.
 * @returns the exit code: 0 where it would be allowed, 1 where refused, 2 where that cannot be told
 */
export function explain(args: readonly string[], output: Output, open: OpenSiteUsers): Promise<number> {
  return answering(output, async () => {
    const { username, file, ...question } = parseExplain(args);
    const declaration = loadDeclaration(file);
    const { shares } = declaration;
    const holder = (path: ServerPath) => holderOf(shares, path);
    const users = await open(declaration);
    try {
      const user = await users.find(username);
      const explanation = explainAccess({
        asker: await askerOf(username, user, users),
        ...question,
        locate: (path) => {
          const held = holder(path);
          return held && { ...held, share: { ...held.share, requires: kinds[held.share.kind].requires } };
        },
        isAboveShares: (path) => isAboveShares(shares, path),
      });
      const { method, path, destination } = explanation;
      const asked = [path, ...(destination === undefined ? [] : [destination])];
      const touched = new Set(asked.flatMap((each) => holder(each)?.share ?? []));
      const unknown = await users.unknownNames(
        [...touched].flatMap((share) => grantsOfShare(declaration, share)),
      );
      const password = passwordOf(explanation.asker, user && users.unacceptedPassword(user));
      const byPaths = await explainedByPaths(explanation, holder, users);
      const answer = explanation.answer.allowed
        ? (password?.refusal ??
          refusalOf(method, holder(path)?.share, destination && holder(destination)?.share) ??
          refusedBeyondRules(byPaths) ??
          explanation.answer)
        : explanation.answer;
      const further = [
        ...unknown.map((finding) => `Note     ${problemInWords(finding, declaration.positions)}`),
        ...(password ? [password.words] : []),
        ...byPaths.map(({ words }) => words),
      ];
      output.out(explanationInWords({ ...explanation, answer }, further));
      return answer.allowed ? 0 : 1;
    } finally {
      await users.close();
    }
  });
}

function refusedBeyondRules(explained: readonly ExplainedBeyondRules[]): Answer | undefined {
  const refusal = explained.find((each) => each.refusal)?.refusal;
  return refusal && { allowed: false, ...refusal };
}

/** What is refused whoever asks. @param share undefined above the shares and where none is */
function refusalOf(
  method: Method,
  share: DeclaredShare | undefined,
  destination: DeclaredShare | undefined,
): Answer | undefined {
  const refusal = share ? kinds[share.kind].refuses(method, share.path, destination) : refusalAtRoot(method);
  return refusal && { allowed: false, ...refusal };
}

/** What the stored password means for the user, and for the answer where there is no other way in. */
function passwordOf(
  asker: Asker,
  unaccepted: UnacceptedPassword | undefined,
): { readonly words: string; readonly refusal?: Answer } | undefined {
  if (!unaccepted || asker.standing !== 'active') return undefined;
  const name = legible(asker.identity.username);
  const words = `Password the one of ${name} ${unaccepted.words}`;
  if (unaccepted.sessions) return { words: `${words}\n         A session of the site lets ${name} in.` };
  const sentence = `The user ${name} has no password that is accepted.`;
  return { words, refusal: { allowed: false, failure: 'unauthenticated', sentence } };
}

async function askerOf(username: string, user: DirectoryUser | undefined, users: SiteUsers): Promise<Asker> {
  if (!user) return { standing: 'unknown', username };
  if (!user.isActive) return { standing: 'inactive', username };
  return { standing: 'active', identity: user, sources: await users.permissionSources(user) };
}

/** What path rules say to each right that lies in an svn share which has some. */
async function explainedByPaths(
  { asker, rights }: Explanation,
  locateShare: (
    path: ServerPath,
  ) => { readonly share: DeclaredShare; readonly inside: SharePath } | undefined,
  users: SiteUsers,
): Promise<readonly ExplainedBeyondRules[]> {
  if (asker.standing !== 'active') return [];
  const explained: ExplainedBeyondRules[] = [];
  for (const right of rights) {
    const located = locateShare(right.path);
    if (!located) continue;
    const kind: ShareKind = kinds[located.share.kind];
    const byPath = await kind.explain?.(right, located.share, located.inside, asker.identity, users);
    if (byPath) explained.push(byPath);
  }
  return explained;
}
