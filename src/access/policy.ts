import { isSameOrBelow, type SharePath } from '../http/target.js';
import { isAnonymous, type Visitor } from './identity.js';
import { inWords, meets, type Readers, type Requirement } from './requirement.js';

export type Action = 'read' | 'write';

/** Whether an access touches one resource or everything below it too. */
export type Scope = 'node' | 'tree';

/** Who may read and write at and below a path, down to paths with rules of their own. */
export interface Rule {
  readonly path: SharePath;
  readonly read: Readers;
  /** What a user needs in order to write; false: nobody may write. */
  readonly write: Requirement | false;
}

/** The answer to "may this user do this here?", with the reason in words if it is no. */
export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** `unauthenticated`: somebody who has not signed in; who they are might make a difference. */
      readonly failure: 'forbidden' | 'unauthenticated';
      readonly reason: string;
    };

/** What is answered to somebody who has not signed in, wherever that is not enough: it is the same everywhere. */
export const signIn = 'Sign in to continue.';

const allowed: Decision = { allowed: true };

/** The rules of one share. Paths are compared in Unicode NFC, because storage finds a name in either form. */
export class Policy {
  /** With each path in NFC; longest first, so that the first match is the governing rule. */
  readonly #rules: readonly { readonly normal: string; readonly folded: string; readonly rule: Rule }[];
  /** What brings spellings together that may be one name where the paths lead; undefined: none besides NFC. */
  readonly fold: ((path: string) => string) | undefined;

  /**
   * @param rules one rule for `/` and any number for paths below it, in any order
   * @param fold as {@link Policy.fold}: a path must then satisfy the rules for every other spelling of it, too
   */
  constructor(rules: readonly Rule[], fold?: (path: string) => string) {
    this.fold = fold;
    if (!rules.some((rule) => rule.path === '/')) throw new RangeError('A policy needs a rule for its root.');
    this.#rules = rules
      .map((rule) => ({
        normal: rule.path.normalize('NFC'),
        folded: fold ? fold(rule.path) : '',
        rule,
      }))
      .sort((a, b) => b.normal.length - a.normal.length);
  }

  get rules(): readonly Rule[] {
    return this.#rules.map(({ rule }) => rule);
  }

  /** The rule that governs `path`: the one with the longest path that contains it. */
  ruleFor(path: SharePath): Rule {
    const [longest] = this.#rules;
    if (longest && this.#rules.length === 1) return longest.rule;
    const normal = path.normalize('NFC');
    const governing = this.#rules.find((candidate) => isSameOrBelow(candidate.normal, normal));
    if (!governing) throw new RangeError('A policy has a rule for its root, so every path has one.');
    return governing.rule;
  }

  /**
   * The rules that an access at `path` must satisfy: the governing one and, with scope `tree`, then those of the paths
   * below.
   */
  rulesFor(path: SharePath, scope: Scope): readonly Rule[] {
    const here = this.ruleFor(path);
    if (this.#rules.length === 1) return [here];
    const folded = this.fold?.(path);
    const found = new Set([here, ...(folded === undefined ? [] : this.#rulesAsFolded(folded))]);
    if (scope === 'tree') {
      const normal = path.normalize('NFC');
      for (const candidate of this.#rules) {
        const isBelow = folded !== undefined && isSameOrBelow(folded, candidate.folded);
        if (isBelow || isSameOrBelow(normal, candidate.normal)) found.add(candidate.rule);
      }
    }
    return [...found];
  }

  /** The rules with the longest path that contains `folded`: several if their paths differ by spelling alone. */
  #rulesAsFolded(folded: string): readonly Rule[] {
    const holding = this.#rules.filter((candidate) => isSameOrBelow(candidate.folded, folded));
    const longest = Math.max(...holding.map((candidate) => candidate.folded.length));
    return holding.filter((candidate) => candidate.folded.length === longest).map(({ rule }) => rule);
  }

  /** Whether `visitor` may do `action` at `path` and, with scope `tree`, wherever another rule governs below it. */
  decide(visitor: Visitor, action: Action, path: SharePath, scope: Scope = 'node'): Decision {
    if (scope === 'node' && !this.fold) return decideByRule(this.ruleFor(path), visitor, action);
    for (const rule of this.rulesFor(path, scope)) {
      const decision = decideByRule(rule, visitor, action);
      if (!decision.allowed) return decision;
    }
    return allowed;
  }

  reader(visitor: Visitor): (path: SharePath) => boolean {
    return (path) => this.decide(visitor, 'read', path).allowed;
  }

  /** Whether there is any path in it that everybody may read. */
  get isPublicSomewhere(): boolean {
    return this.#rules.some(({ rule }) => rule.read === 'everybody');
  }
}

/** Decides by one rule, regardless of rules further down. */
export function decideByRule(rule: Rule, visitor: Visitor, action: Action): Decision {
  const requirement = rule[action];
  if (requirement === 'everybody') return allowed;
  if (isAnonymous(visitor)) return { allowed: false, failure: 'unauthenticated', reason: signIn };
  if (requirement === false) return refused('This share is read-only.');
  return meets(requirement, visitor) ? allowed : refused(`Only ${inWords(requirement)} may ${action} here.`);
}

function refused(reason: string): Decision {
  return { allowed: false, failure: 'forbidden', reason };
}
