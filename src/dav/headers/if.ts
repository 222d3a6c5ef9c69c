import { Failure } from '../../failure.js';
import type { EntityTag } from '../../http/etag.js';

/** What a resource must have or, with `negated`, must not have: a lock with this token, or this entity tag. */
export type Condition =
  | { readonly kind: 'token'; readonly negated: boolean; readonly token: string }
  | { readonly kind: 'etag'; readonly negated: boolean; readonly etag: EntityTag };

export interface ConditionList {
  /** The resource tag as the client sent it, an absolute URI or an absolute path; undefined for the request URI. */
  readonly resource: string | undefined;
  readonly conditions: readonly Condition[];
}

/** The most characters in the field, and the most conditions in it. */
export const maximumLength = 128 * 1024;
export const maximumConditions = 1024;

/** The most resources in the field: the server looks up each of them, its locks, and the locks above it. */
const maximumResources = 64;

/**
 * Parses an If header field (RFC 4918 section 10.4.2), whose lists are either all tagged or all untagged.
 * @returns at least one list
 * @throws Failure `malformed`
 */
export function parseIf(field: string): readonly ConditionList[] {
  if (field.length > maximumLength) {
    throw new Failure('malformed', `The If header field is longer than ${maximumLength} characters.`);
  }
  const tokens = new Tokens(field);
  const lists: ConditionList[] = [];
  let resource: string | undefined;
  let conditions = 0;
  const resources = new Set<string>();
  for (let token = tokens.next(); token; token = tokens.next()) {
    if (token.kind === 'uri') {
      if (lists.length > 0 && resource === undefined) throw malformed('mixes tagged and untagged lists');
      resource = resourceTag(token.uri);
      resources.add(resource);
      if (resources.size > maximumResources) throw malformed(`names more than ${maximumResources} resources`);
      token = tokens.next();
    }
    if (token?.kind !== 'open') throw malformed('contains something other than a list');
    const list = readList(tokens);
    conditions += list.length;
    if (conditions > maximumConditions) throw malformed(`has more than ${maximumConditions} conditions`);
    lists.push({ resource, conditions: list });
  }
  if (lists.length === 0) throw malformed('is empty');
  return lists;
}

export interface IfConditions {
  /** Empty if the field is missing. */
  readonly lists: readonly ConditionList[];
  /**
   * The state tokens that the request submits: all those in the field, in any list and for any resource (RFC 4918
   * section 10.4.1).
   */
  readonly tokens: ReadonlySet<string>;
}

const unconditional: IfConditions = { lists: [], tokens: new Set() };

/** @throws Failure `malformed` */
export function readIf(field: string | undefined): IfConditions {
  if (field === undefined) return unconditional;
  const lists = parseIf(field);
  const conditions = lists.flatMap((list) => list.conditions);
  const tokens = conditions.flatMap((condition) => (condition.kind === 'token' ? [condition.token] : []));
  return { lists, tokens: new Set(tokens) };
}

function readList(tokens: Tokens): Condition[] {
  const conditions: Condition[] = [];
  for (;;) {
    let token = tokens.next();
    if (token?.kind === 'close' && conditions.length > 0) return conditions;
    const negated = token?.kind === 'not';
    if (negated) token = tokens.next();
    if (token?.kind === 'uri') conditions.push({ kind: 'token', negated, token: stateToken(token.uri) });
    else if (token?.kind === 'etag') conditions.push({ kind: 'etag', negated, etag: token.etag });
    else throw malformed('has a list that is empty or not closed');
  }
}

function stateToken(uri: string): string {
  if (!/^[a-z][a-z0-9+.-]*:[!-~]*$/i.test(uri))
    throw malformed('has a state token that is not an absolute URI');
  return uri;
}

function resourceTag(uri: string): string {
  if (!/^(\/(?!\/)|[a-z][a-z0-9+.-]*:)/i.test(uri)) {
    throw malformed('has a resource tag that is neither an absolute URI nor an absolute path');
  }
  return uri;
}

function malformed(what: string): Failure {
  return new Failure('malformed', `The If header field ${what}.`);
}

type Token =
  | { readonly kind: 'open' | 'close' | 'not' }
  | { readonly kind: 'uri'; readonly uri: string }
  | { readonly kind: 'etag'; readonly etag: EntityTag };

class Tokens {
  readonly #field: string;
  // Entity tags may contain spaces here, as in RFC 4918's own examples; so may resource tags, because some clients
  // send names unencoded.
  readonly #pattern =
    /(?<mark>[()]|[Nn][Oo][Tt])|<(?<uri>[ -;=?-~\x80-\xff]+)>|\[[ \t]*(?<weak>W\/)?(?<etag>"[ !#-~\x80-\xff]*")[ \t]*\]/y;
  #position = 0;

  constructor(field: string) {
    this.#field = field;
  }

  /** @returns undefined at the end */
  next(): Token | undefined {
    while (this.#field[this.#position] === ' ' || this.#field[this.#position] === '\t') this.#position += 1;
    if (this.#position >= this.#field.length) return undefined;
    this.#pattern.lastIndex = this.#position;
    const { mark, uri, weak, etag } = this.#pattern.exec(this.#field)?.groups ?? {};
    this.#position = this.#pattern.lastIndex;
    if (mark !== undefined) return { kind: mark === '(' ? 'open' : mark === ')' ? 'close' : 'not' };
    if (uri !== undefined) return { kind: 'uri', uri };
    if (etag === undefined) throw malformed('has a syntax error');
    return { kind: 'etag', etag: { weak: weak !== undefined, value: etag } };
  }
}
