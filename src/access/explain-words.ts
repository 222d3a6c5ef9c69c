import { statusOf } from '../failure.js';
import type {
  Answer,
  Asker,
  Because,
  ExplainedCondition,
  ExplainedRight,
  ExplainedRule,
  Explanation,
} from './explain.js';

/**
 * An explanation for a person: the user, the request, each right with its rules and conditions, and the answer.
 * @param further paragraphs about what else decides
 */
export function explanationInWords(explanation: Explanation, further: readonly string[] = []): string {
  const { asker, method, path, destination, rights, answer } = explanation;
  const asked = `${method} ${path}${destination === undefined ? '' : ` to ${destination}`}`;
  return [
    `User     ${askerInWords(asker)}\nRequest  ${asked}`,
    ...rights.map(rightInWords),
    ...further,
    answerInWords(answer),
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join('\n');
}

function askerInWords(asker: Asker): string {
  if (asker.standing === 'anonymous') return 'somebody who does not sign in';
  if (asker.standing !== 'active') return `${legible(asker.username)}: ${asker.standing}`;
  const { username, isStaff, isSuperuser, groups } = asker.identity;
  const parts = [
    'active',
    ...(isStaff ? ['staff'] : []),
    ...(isSuperuser ? ['a superuser'] : []),
    ...(groups.size === 0 ? [] : [`in ${groupsInWords([...groups].sort())}`]),
  ];
  return `${legible(username)}: ${parts.join(', ')}`;
}

function rightInWords({ action, scope, path, share, rules }: ExplainedRight): string {
  const what = scope === 'tree' ? `${path} and everything below it` : path;
  return [
    `To ${action} ${what}, in the share ${share}:`,
    ...rules.flatMap((rule) => ruleInWords(rule, share)),
  ].join('\n');
}

function ruleInWords({ path, everybody, conditions, decision }: ExplainedRule, share: string): string[] {
  const name = path === share ? `the rule of the share ${share}` : `the rule for ${path}`;
  if (conditions.length > 0) return [`  ${name}`, ...conditions.map(conditionInWords)];
  const holders = everybody ? 'everybody, without signing in' : 'any active user';
  return [`  ${name}`, decision.allowed ? `    holds  ${holders}` : `    fails  ${decision.reason}`];
}

function conditionInWords({ words, holds, because }: ExplainedCondition): string {
  const reason = because ? becauseInWords(because) : '';
  return `    ${holds ? 'holds' : 'fails'}  users who ${words}${reason === '' ? '' : ` (${reason})`}`;
}

function becauseInWords({ bySite, superuser, own, groups = [], memberOf = [] }: Because): string {
  return [
    ...(bySite ? ['as the site\u2019s own code says'] : []),
    ...(superuser ? ['as a superuser'] : []),
    ...(own ? ['own permission'] : []),
    ...(groups.length === 0 ? [] : [`through ${groupsInWords(groups)}`]),
    ...(memberOf.length === 0 ? [] : [`as a member of ${memberOf.join(', ')}`]),
  ].join(' and ');
}

function groupsInWords(groups: readonly string[]): string {
  return `the ${groups.length === 1 ? 'group' : 'groups'} ${groups.map(legible).join(', ')}`;
}

function answerInWords(answer: Answer): string {
  return answer.allowed
    ? 'Answer   would be allowed: 2xx, unless what is there calls for another, such as 404'
    : `Answer   would be refused: ${statusOf(answer.failure)} ${legible(answer.sentence)}`;
}

// Control characters, line and paragraph separators, and characters that change the direction of writing.
const deceptive = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A name from a database for a person to read: characters that could control a terminal or fake a line are shown as
 * `\u001b`.
 */
export function legible(name: string): string {
  return name.replace(
    deceptive,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
