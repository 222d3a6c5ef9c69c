import {
  explain as explainAccess,
  visitorOf,
  type Answer,
  type Asker,
  type Explanation,
} from '../../src/access/explain.js';
import { explanationInWords, legible } from '../../src/access/explain-words.js';
import { hasDestination } from '../../src/access/required-access.js';
import type { Declaration } from '../../src/config/declaration.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { loadDeclaration } from '../../src/config/load.js';
import { problemInWords } from '../../src/config/problems.js';
import { parseUsername } from '../../src/credentials/username.js';
import type { DirectoryUser } from '../../src/django/directory.js';
import { methodOf, type Method } from '../../src/http/method.js';
import { rootPath, type ServerPath, type SharePath } from '../../src/http/target.js';
import { grantsOfShare } from '../preflight/grant-findings.js';
import { kinds } from '../shares/kinds.js';
import type { ExplainedBeyondRules, ShareKind } from '../shares/share.js';
import { refusalAtRoot } from '../shares/root.js';
import { isOpenToEverybody } from '../shares/public-reading.js';
import { holderOf, isAboveShares } from '../shares/share-map.js';
import {
  argument,
  declarationFile,
  option,
  UsageError,
  type Command,
  type CommandValues,
} from './command.js';
import type { SiteUsers, UnacceptedPassword } from './site-users.js';
import { destinationPath, urlArgument } from './url-argument.js';

/** Stands for no user: the Basic scheme carries no colon in a name. */
const nobody = ':anonymous';

const userArgument = argument(
  'USER',
  `the user name, as typed to sign in, or ${nobody} for a person who does not sign in`,
  parseUser,
);
const methodArgument = argument('METHOD', 'an HTTP method, such as GET or PROPFIND', parseMethod);
const destinationOption = option('--destination <URL>', 'the destination of a COPY or MOVE');

export const explain: Command = {
  name: 'explain',
  summary: 'print how davgate would answer a request, and why',
  description:
    'Prints each right that the request needs, how the user meets each condition of the rules behind it and which ' +
    'group gave the permission, and how davgate would answer.',
  arguments: [userArgument, methodArgument, urlArgument, declarationFile],
  options: [destinationOption],
  exitCodes: [
    [0, 'davgate would allow the request'],
    [1, 'davgate would refuse the request'],
    [2, 'no answer: the command line or the declaration is wrong, or the database cannot answer'],
  ],
  unforeseen: 2,
  action: async (values, { output, environment, openSiteUsers }) => {
    const { file, ...question } = questionOf(values);
    const declaration = loadDeclaration(file);
    const users = await openSiteUsers(declaration, environment);
    try {
      const { words, allowed } = await explanationOf(question, declaration, users);
      output.out(words);
      return allowed ? 0 : 1;
    } finally {
      await users.close();
    }
  },
};

interface ExplainQuestion {
  readonly username: string;
  readonly method: Method;
  readonly path: ServerPath;
  readonly destination?: ServerPath;
}

/** @throws UsageError */
export function questionOf(values: CommandValues): ExplainQuestion & { readonly file: string } {
  const username = values.argument(userArgument);
  const method = values.argument(methodArgument);
  const url = values.argument(urlArgument);
  const destination = values.option(destinationOption);
  if (destination === undefined && hasDestination(method)) {
    throw new UsageError(`${method} needs --destination, the URL to copy or move to.`);
  }
  if (destination !== undefined && !hasDestination(method)) {
    throw new UsageError(`${method} takes no --destination; only COPY and MOVE do.`);
  }
  return {
    username,
    method,
    path: url.path,
    ...(destination === undefined ? {} : { destination: destinationPath(destination, url) }),
    file: values.argument(declarationFile),
  };
}

/** Returns the name as typed; the lookup normalises it, as at a login. */
function parseUser(name: string): string {
  if (parseUsername(name) !== undefined) return name;
  throw new UsageError(
    name === ''
      ? 'The user name must not be empty.'
      : 'The user name must not be longer than 254 characters.',
  );
}

function parseMethod(name: string): Method {
  const method = methodOf(name.toUpperCase());
  if (method === undefined) throw new UsageError(`"${name}" is not an HTTP method.`);
  return method;
}

async function explanationOf(
  { username, ...question }: ExplainQuestion,
  declaration: Declaration,
  users: SiteUsers,
): Promise<{ readonly words: string; readonly allowed: boolean }> {
  const { shares } = declaration;
  const isGuarded = holderOf(shares, question.path)?.share.servedElsewhere === true;
  // A request is for davgate or for a server that asks davgate: neither reaches what the other serves.
  const holder = (path: ServerPath) => {
    const held = holderOf(shares, path);
    return (held?.share.servedElsewhere === true) === isGuarded ? held : undefined;
  };
  const user = username === nobody ? undefined : await users.find(username);
  const explanation = explainAccess({
    asker: username === nobody ? { standing: 'anonymous' } : await askerOf(username, user, users),
    ...question,
    locate: (path) => {
      const held = holder(path);
      return held && { ...held, share: { ...held.share, requires: kinds[held.share.kind].requires } };
    },
    isAboveShares: (path) => !isGuarded && isAboveShares(shares, path),
    isOpenToEverybody: (method, path) =>
      (method === 'OPTIONS' && path === rootPath && !isGuarded) || isOpenToEverybody(method, path, shares),
  });
  const { method, path, destination } = explanation;
  const paths = [path, ...(destination === undefined ? [] : [destination])];
  const touched = new Set(paths.flatMap((each) => holder(each)?.share ?? []));
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
  return { words: explanationInWords({ ...explanation, answer }, further), allowed: answer.allowed };
}

function refusedBeyondRules(explained: readonly ExplainedBeyondRules[]): Answer | undefined {
  const refusal = explained.find((each) => each.refusal)?.refusal;
  return refusal && { allowed: false, ...refusal };
}

/** What davgate refuses to every user. @param share undefined above the shares and where there is none */
function refusalOf(
  method: Method,
  share: DeclaredShare | undefined,
  destination: DeclaredShare | undefined,
): Answer | undefined {
  const refusal = share ? kinds[share.kind].refuses(method, share.path, destination) : refusalAtRoot(method);
  return refusal && { allowed: false, ...refusal };
}

/** Whether the stored password is accepted, and what that means for the answer if the user has no other way in. */
function passwordOf(
  asker: Asker,
  unaccepted: UnacceptedPassword | undefined,
): { readonly words: string; readonly refusal?: Answer } | undefined {
  if (!unaccepted || asker.standing !== 'active') return undefined;
  const name = legible(asker.identity.username);
  const words = `Password the password of ${name} ${unaccepted.words}`;
  if (unaccepted.sessions) return { words: `${words}\n         A session of the site lets ${name} in.` };
  const sentence = `The user ${name} has no accepted password.`;
  return { words, refusal: { allowed: false, failure: 'unauthenticated', sentence } };
}

async function askerOf(username: string, user: DirectoryUser | undefined, users: SiteUsers): Promise<Asker> {
  if (!user) return { standing: 'unknown', username };
  if (!user.isActive) return { standing: 'inactive', username };
  return { standing: 'active', identity: user, sources: await users.permissionSources(user) };
}

/** What path rules say about each right in an svn share that has path rules. */
async function explainedByPaths(
  { asker, rights }: Explanation,
  locateShare: (
    path: ServerPath,
  ) => { readonly share: DeclaredShare; readonly inside: SharePath } | undefined,
  users: SiteUsers,
): Promise<readonly ExplainedBeyondRules[]> {
  const visitor = visitorOf(asker);
  if (!visitor) return [];
  const explained: ExplainedBeyondRules[] = [];
  for (const right of rights) {
    const located = locateShare(right.path);
    if (!located) continue;
    const kind: ShareKind = kinds[located.share.kind];
    const byPath = await kind.explain?.(right, located.share, located.inside, visitor, users);
    if (byPath) explained.push(byPath);
  }
  return explained;
}
