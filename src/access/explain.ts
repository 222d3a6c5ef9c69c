import type { FailureKind, Refusal } from '../failure.js';
import type { Method } from '../http/method.js';
import { join, type ServerPath, type SharePath } from '../http/target.js';
import { anonymous, isAnonymous, type Identity, type Visitor, type PermissionSources } from './identity.js';
import { decideByRule, signIn, type Action, type Decision, type Policy, type Rule } from './policy.js';
import { hasDestination, outsideOfShares, type Access, type RequiredAccess } from './required-access.js';
import { conditions, type Condition } from './requirement.js';

export interface Place {
  readonly share: {
    readonly path: ServerPath;
    readonly policy: Policy;
    readonly requires: RequiredAccess;
  };
  readonly inside: SharePath;
}

/** The person whom a question is about; only an active user has an identity. */
export type Asker =
  | { readonly standing: 'anonymous' }
  | { readonly standing: 'unknown' | 'inactive'; readonly username: string }
  | { readonly standing: 'active'; readonly identity: Identity; readonly sources: PermissionSources };

interface Question {
  readonly asker: Asker;
  readonly method: Method;
  readonly path: ServerPath;
  /** The destination of COPY and MOVE; ignored for other methods. */
  readonly destination?: ServerPath;
  /** Finds the share that contains a path, as the server does. */
  readonly locate: (path: ServerPath) => Place | undefined;
  /** Whether `path` is the root or another collection above the shares. */
  readonly isAboveShares: (path: ServerPath) => boolean;
  /** Whether the server answers this to anybody, without asking who they are. */
  readonly isOpenToEverybody: (method: Method, path: ServerPath) => boolean;
}

/** Why a condition holds. Each part is present only if it applies. */
export interface Because {
  /** The site itself was asked, and says no more. */
  readonly bySite?: true;
  readonly superuser?: true;
  readonly own?: true;
  /** The groups that gave the permission, sorted. */
  readonly groups?: readonly string[];
  /** The groups that the condition names and that the user is in, if it names several. */
  readonly memberOf?: readonly string[];
}

export interface ExplainedCondition extends Condition {
  readonly because?: Because;
}

/** A rule that a right depends on, and how it applies to the user. */
export interface ExplainedRule {
  /** The path where it begins, on this server. */
  readonly path: ServerPath;
  /** Whether it requires nothing of anybody, not even to sign in. */
  readonly everybody: boolean;
  /** Empty for a rule that lets nobody write, and for one that every active user, or everybody, satisfies. */
  readonly conditions: readonly ExplainedCondition[];
  readonly decision: Decision;
}

export interface ExplainedRight extends Access {
  readonly share: ServerPath;
  /** The rule that governs its path; for a tree, followed by the rules below. */
  readonly rules: readonly ExplainedRule[];
  readonly decision: Decision;
}

/** The answer of access control; `sentence` is what the client sees, or why there is no active user. */
export type Answer = { readonly allowed: true } | (Refusal & { readonly allowed: false });

export interface Explanation extends Pick<Question, 'asker' | 'method' | 'path' | 'destination'> {
  /** Empty if the request needs no rights: at the server's root, outside all shares, and without an active user. */
  readonly rights: readonly ExplainedRight[];
  readonly answer: Answer;
}

/** Explains step by step how the server decides about a request. */
export function explain(question: Question): Explanation {
  const { asker, method, path, locate } = question;
  const destination = hasDestination(method) ? question.destination : undefined;
  const place = locate(path);
  const visitor = visitorOf(asker);
  const rights =
    visitor && place && (destination === undefined || locate(destination))
      ? place.share
          .requires({ method, path, destination })
          .map((access) => explainRight(access, locate(access.path), visitor, sourcesOf(asker)))
      : [];
  return {
    asker,
    method,
    path,
    ...(destination === undefined ? {} : { destination }),
    rights,
    answer: answerTo(question, destination, rights),
  };
}

/** Undefined where the name lets nobody in. */
export function visitorOf(asker: Asker): Visitor | undefined {
  if (asker.standing === 'anonymous') return anonymous;
  return asker.standing === 'active' ? asker.identity : undefined;
}

function sourcesOf(asker: Asker): PermissionSources | undefined {
  return asker.standing === 'active' ? asker.sources : undefined;
}

/** In the order in which the server checks: the user, the path, the destination, the rights. */
function answerTo(
  question: Question,
  destination: ServerPath | undefined,
  rights: readonly ExplainedRight[],
): Answer {
  const { asker, method, path, locate, isAboveShares } = question;
  if (asker.standing === 'anonymous' && !question.isOpenToEverybody(method, path)) {
    return refused('unauthenticated', signIn);
  }
  if (asker.standing === 'unknown') {
    return refused('unauthenticated', `There is no user named ${asker.username}.`);
  }
  if (asker.standing === 'inactive') {
    return refused('unauthenticated', `The user ${asker.username} is not active.`);
  }
  if (isAboveShares(path)) return { allowed: true };
  if (!locate(path)) {
    const refusal = outsideOfShares(method);
    return refusal ? refused(refusal.failure, refusal.sentence) : { allowed: true };
  }
  if (destination !== undefined && !locate(destination)) {
    return refused('forbidden', 'The destination is not in a share.');
  }
  for (const { decision } of rights) {
    if (!decision.allowed) return refused(decision.failure, decision.reason);
  }
  return { allowed: true };
}

function refused(failure: FailureKind, sentence: string): Answer {
  return { allowed: false, failure, sentence };
}

function explainRight(
  access: Access,
  place: Place | undefined,
  visitor: Visitor,
  sources: PermissionSources | undefined,
): ExplainedRight {
  if (!place) throw new RangeError('A request needs rights only inside shares.');
  const { share, inside } = place;
  return {
    ...access,
    share: share.path,
    rules: share.policy.rulesFor(inside, access.scope).map((rule) => ({
      path: join(share.path, rule.path),
      everybody: rule[access.action] === 'everybody',
      conditions: explainConditions(rule, access.action, visitor, sources),
      decision: decideByRule(rule, visitor, access.action),
    })),
    decision: share.policy.decide(visitor, access.action, inside, access.scope),
  };
}

function explainConditions(
  rule: Rule,
  action: Action,
  visitor: Visitor,
  sources: PermissionSources | undefined,
): ExplainedCondition[] {
  const requirement = rule[action];
  if (requirement === false || requirement === 'everybody' || isAnonymous(visitor) || !sources) return [];
  return conditions(requirement, visitor).map((condition) => {
    const because = condition.holds ? reasonFor(condition, visitor, sources) : undefined;
    return because ? { ...condition, because } : condition;
  });
}

/** Why a condition holds; undefined if the condition itself says enough. */
function reasonFor(
  { permission, groups }: Condition,
  identity: Identity,
  sources: PermissionSources,
): Because | undefined {
  if (permission !== undefined) {
    if (identity.permissionsBySite) return { bySite: true };
    if (identity.isSuperuser) return { superuser: true };
    const givers = [...sources.groups].filter(([, given]) => given.has(permission)).map(([name]) => name);
    return {
      ...(sources.own.has(permission) ? { own: true } : {}),
      ...(givers.length === 0 ? {} : { groups: givers.sort() }),
    };
  }
  if (groups === undefined || groups.length === 1) return undefined;
  return { memberOf: groups.filter((group) => identity.groups.has(group)) };
}
