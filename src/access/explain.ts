import type { FailureKind, Refusal } from '../failure.js';
import type { Method } from '../http/method.js';
import { join, type ServerPath, type SharePath } from '../http/target.js';
import type { Identity } from './identity.js';
import type { PermissionSources } from './permission-sources.js';
import { decideByRule, type Action, type Decision, type Policy, type Rule } from './policy.js';
import { hasDestination, outsideOfShares, type Access, type RequiredAccess } from './required-access.js';
import { conditions, type Condition } from './requirement.js';

/** A path inside a share, as far as access goes. */
export interface Place {
  readonly share: {
    readonly path: ServerPath;
    readonly policy: Policy;
    readonly requires: RequiredAccess;
  };
  readonly inside: SharePath;
}

/** The user a question is about: only an active one is somebody. */
export type Asker =
  | { readonly standing: 'unknown' | 'inactive'; readonly username: string }
  | { readonly standing: 'active'; readonly identity: Identity; readonly sources: PermissionSources };

/** What would be answered to this user for this request? */
export interface Question {
  readonly asker: Asker;
  readonly method: Method;
  readonly path: ServerPath;
  /** Where COPY and MOVE lead; of no meaning for other methods. */
  readonly destination?: ServerPath;
  /** Finds the share that holds a path, as the server does. */
  readonly locate: (path: ServerPath) => Place | undefined;
  /** Whether `path` is the root or another collection above the shares. */
  readonly isAboveShares: (path: ServerPath) => boolean;
}

/** Why a condition holds. Each part is there only where it says something. */
export interface Because {
  /** The site itself was asked, and says no more. */
  readonly bySite?: true;
  readonly superuser?: true;
  /** The permission was given to the user alone. */
  readonly own?: true;
  /** The groups that gave the permission, sorted. */
  readonly groups?: readonly string[];
  /** Of several groups asked for, those the user is in. */
  readonly memberOf?: readonly string[];
}

export interface ExplainedCondition extends Condition {
  readonly because?: Because;
}

/** A rule that a right depends on, and how the user stands to it. */
export interface ExplainedRule {
  /** Where it begins, on this server. */
  readonly path: ServerPath;
  /** None for a rule that lets nobody write, and for one that any active user satisfies. */
  readonly conditions: readonly ExplainedCondition[];
  readonly decision: Decision;
}

/** A right that the request needs. */
export interface ExplainedRight extends Access {
  /** The path of the share that holds it. */
  readonly share: ServerPath;
  /** The rule that governs its path; for a tree, then those below. */
  readonly rules: readonly ExplainedRule[];
  readonly decision: Decision;
}

/** What access control says; `sentence` is what the client sees, or why the user is nobody. */
export type Answer = { readonly allowed: true } | (Refusal & { readonly allowed: false });

export interface Explanation extends Pick<Question, 'asker' | 'method' | 'path' | 'destination'> {
  /** Empty where nothing is asked of the user: at the server's root, outside every share, and for a nobody. */
  readonly rights: readonly ExplainedRight[];
  readonly answer: Answer;
}

/** Takes the server's decision about a request apart. */
export function explain(question: Question): Explanation {
  const { asker, method, path, locate } = question;
  const destination = hasDestination(method) ? question.destination : undefined;
  const place = locate(path);
  const rights =
    asker.standing === 'active' && place && (destination === undefined || locate(destination))
      ? place.share
          .requires({ method, path, destination })
          .map((access) => explainRight(access, locate(access.path), asker.identity, asker.sources))
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

/** In the order in which the server looks: who, where, where to, what. */
function answerTo(
  { asker, method, path, locate, isAboveShares }: Question,
  destination: ServerPath | undefined,
  rights: readonly ExplainedRight[],
): Answer {
  if (asker.standing === 'unknown') {
    return refused('unauthenticated', `There is no user of the name ${asker.username}.`);
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
    return refused('forbidden', 'The destination lies in no share.');
  }
  for (const { decision } of rights) {
    if (!decision.allowed) return refused('forbidden', decision.reason);
  }
  return { allowed: true };
}

function refused(failure: FailureKind, sentence: string): Answer {
  return { allowed: false, failure, sentence };
}

function explainRight(
  access: Access,
  place: Place | undefined,
  identity: Identity,
  sources: PermissionSources,
): ExplainedRight {
  if (!place) throw new RangeError('A request needs rights only in shares.');
  const { share, inside } = place;
  return {
    ...access,
    share: share.path,
    rules: share.policy.rulesFor(inside, access.scope).map((rule) => ({
      path: join(share.path, rule.path),
      conditions: explainConditions(rule, access.action, identity, sources),
      decision: decideByRule(rule, identity, access.action),
    })),
    decision: share.policy.decide(identity, access.action, inside, access.scope),
  };
}

function explainConditions(
  rule: Rule,
  action: Action,
  identity: Identity,
  sources: PermissionSources,
): ExplainedCondition[] {
  const requirement = rule[action];
  if (requirement === false) return [];
  return conditions(requirement, identity).map((condition) => {
    const because = condition.holds ? reasonFor(condition, identity, sources) : undefined;
    return because ? { ...condition, because } : condition;
  });
}

/** Of a condition that holds, what made it so; undefined where the condition says it all. */
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
