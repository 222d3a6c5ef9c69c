import type { Identity } from '../../src/access/identity.js';
import { legible } from '../../src/access/explain-words.js';
import { readersInWords } from '../../src/access/requirement.js';
import type { Policy } from '../../src/access/policy.js';
import { problemInWords } from '../../src/config/problems.js';
import { loadDeclaration } from '../../src/config/load.js';
import type { DirectoryUser } from '../../src/django/directory.js';
import { join, type SharePath } from '../../src/http/target.js';
import { grantsOfShare } from '../preflight/grant-findings.js';
import { isOpenToEverybody } from '../shares/public-reading.js';
import { holderOf, isAboveShares } from '../shares/share-map.js';
import { declarationFile, type Command } from './command.js';
import { urlArgument } from './url-argument.js';

interface Standing {
  readonly username: string;
  readonly read: boolean;
  readonly write: boolean;
}

export const who: Command = {
  name: 'who',
  summary: 'list who may read or write at a URL',
  description:
    'Lists the active users who may read or write at the URL, and the paths below it that have their own rules. ' +
    'If everybody may read there, without signing in, it says so and lists the users who may write.',
  arguments: [urlArgument, declarationFile],
  options: [],
  exitCodes: [
    [0, 'the users are listed'],
    [1, 'there is no share at the URL'],
    [2, 'no answer: the command line or the declaration is wrong, or the database cannot answer'],
  ],
  unforeseen: 2,
  action: async (values, { output, environment, openSiteUsers }) => {
    const { path } = values.argument(urlArgument);
    const declaration = loadDeclaration(values.argument(declarationFile));
    const { shares } = declaration;
    const located = holderOf(shares, path);
    if (!located && !isAboveShares(shares, path)) {
      output.error(`There is no share at ${path}.\n`);
      return 1;
    }
    const share = located?.share;
    const users = await openSiteUsers(declaration, environment);
    try {
      const isPublic = isOpenToEverybody('GET', path, shares);
      const standings = await standingsOf(
        users.list(),
        (identity) => (share ? rightsAt(share.policy, located.inside, identity) : rightsAtRoot),
        share && isPublic ? ({ write }) => write : ({ read, write }) => read || write,
      );
      output.out(tableOf(standings, isPublic));
      const unknown = share ? await users.unknownNames(grantsOfShare(declaration, share)) : [];
      for (const finding of unknown)
        output.error(`warning: ${problemInWords(finding, declaration.positions)}\n`);
    } finally {
      await users.close();
    }
    const below = share ? share.policy.rulesFor(located.inside, 'tree').slice(1) : [];
    if (share && below.length > 0) {
      const paths = below.map((rule) => join(share.path, rule.path)).sort();
      output.out(`Other rules apply below: ${paths.join(', ')}\n`);
    }
    return 0;
  },
};

type Rights = Omit<Standing, 'username'>;

/** Every active user may see the list of the shares that are open to them. */
const rightsAtRoot: Rights = { read: true, write: false };

function rightsAt(policy: Policy, inside: SharePath, identity: Identity): Rights {
  return {
    read: policy.decide(identity, 'read', inside).allowed,
    write: policy.decide(identity, 'write', inside).allowed,
  };
}

/** The users to list, sorted by name. Other users are not kept in memory. */
async function standingsOf(
  batches: AsyncIterable<readonly DirectoryUser[]>,
  rightsOf: (identity: Identity) => Rights,
  isListed: (rights: Rights) => boolean,
): Promise<Standing[]> {
  const standings: Standing[] = [];
  for await (const batch of batches) {
    for (const user of batch) {
      if (!user.isActive) continue;
      const rights = rightsOf(user);
      if (isListed(rights)) standings.push({ username: user.username, ...rights });
    }
  }
  return standings.sort((a, b) => (a.username < b.username ? -1 : 1));
}

function tableOf(standings: readonly Standing[], isPublic: boolean): string {
  const rows = [
    ['user', 'read', 'write'] as const,
    ...(isPublic ? [[everybody, 'yes', 'no'] as const] : []),
    ...standings.map(
      ({ username, read, write }) => [legible(username), yesOrNo(read), yesOrNo(write)] as const,
    ),
  ];
  const width = rows.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  const lines = rows.map(([name, read, write]) => `${name.padEnd(width)}  ${read.padEnd(4)}  ${write}\n`);
  const readers = standings.filter(({ read }) => read).length;
  const writers = standings.filter(({ write }) => write).length;
  const users = `${standings.length} ${standings.length === 1 ? 'user' : 'users'}`;
  const may = isPublic ? `everybody may read, ${writers}` : `${users}: ${readers} may read, ${writers}`;
  return `${lines.join('')}\n${may} may write\n`;
}

const everybody = readersInWords('everybody');

function yesOrNo(holds: boolean): string {
  return holds ? 'yes' : 'no';
}
