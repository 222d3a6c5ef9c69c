import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ExplainedRight } from '../../../src/access/explain.js';
import { type Memberships, usernameOf, type Visitor } from '../../../src/access/identity.js';
import { signIn } from '../../../src/access/policy.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { Failure, type Refusal } from '../../../src/failure.js';
import type { SharePath } from '../../../src/http/target.js';
import type { ExplainedBeyondRules } from '../share.js';
import { AuthzRules, type AuthzGrant } from '../../../src/svn/authz/authz-access.js';
import { parseAuthz } from '../../../src/svn/authz/authz-file.js';
import { askedBy, canBeMember, unknownGroups } from '../../../src/svn/authz/authz-groups.js';

const refusal: Refusal = { failure: 'forbidden', sentence: 'The path rules of the share forbid it.' };

/** Apache asks them who they are. */
const unnamed: Refusal = { failure: 'unauthenticated', sentence: signIn };

/**
 * Judges a right by the share's authz file, as Apache will.
 * @throws Failure `unavailable` if the file cannot be read
 */
export async function explainAuthz(
  { action, scope, path }: Pick<ExplainedRight, 'action' | 'scope' | 'path'>,
  { source, authz }: Pick<SvnShare, 'source' | 'authz'>,
  inside: SharePath,
  identity: Visitor,
  memberships: Memberships,
): Promise<ExplainedBeyondRules | undefined> {
  if (authz === undefined) return undefined;
  const head = `By the path rules in ${basename(authz)}, to ${action} ${path}:`;
  const place = placeOf(source, inside);
  if (place === undefined) return undefined;
  if (/^\/!svn(?:\/|$)/.test(place.path)) {
    return { words: `${head}\n  Apache decides by the paths in the body of the request` };
  }
  const username = usernameOf(identity);
  if (username !== undefined && !canBeMember(username)) {
    return { words: `${head}\n  fails  path rules cannot express this user name`, refusal };
  }
  const text = await read(authz);
  const unknown = unknownGroups(text, await memberships.members(askedBy(text)));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `@${name}`).join(', ');
    return {
      words: `${head}\n  fails  neither the file nor Django defines ${names}, so Apache refuses all users`,
      refusal,
    };
  }
  const rules = new AuthzRules(parseAuthz(text));
  const here = rules.at(identity, place.repository, place.path);
  const grants = scope === 'tree' ? rules.below(identity, place.repository, place.path) : [];
  const lacking = (grant: AuthzGrant): boolean =>
    !(action === 'read' ? grant.read : grant.write && grant.read);
  const refused = here === undefined || lacking(here) || grants.some(lacking);
  const words = [
    head,
    here === undefined
      ? `  fails  no section applies to ${username === undefined ? 'people who do not sign in' : 'the user'}`
      : lineOf(here, lacking(here)),
    ...grants.filter(lacking).map((grant) => lineOf(grant, true)),
    ...(rules.patterns.length === 0
      ? []
      : [
          `  not evaluated: ${rules.patterns.map((name) => `[${name}]`).join(', ')}; Apache makes the final decision`,
        ]),
  ].join('\n');
  if (!refused) return { words };
  return { words, refusal: username === undefined ? unnamed : refusal };
}

function lineOf({ section, lines, read: mayRead, write }: AuthzGrant, fails: boolean): string {
  const gives = mayRead ? (write ? 'reading and writing' : 'reading') : write ? 'writing' : 'nothing';
  const where = `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`;
  return `  ${fails ? 'fails' : 'holds'}  [${section}] gives ${gives} (${where})`;
}

/** Undefined for the folder of repositories itself, to which the rules do not apply. */
function placeOf(
  source: SvnShare['source'],
  inside: SharePath,
): { readonly repository: string; readonly path: string } | undefined {
  if (source.kind === 'repository') return { repository: basename(source.folder), path: inside };
  const [, repository = '', ...rest] = inside.split('/');
  return repository === '' ? undefined : { repository, path: `/${rest.join('/')}` };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('unavailable', 'The path rules of the share cannot be read.', { cause });
  }
}
