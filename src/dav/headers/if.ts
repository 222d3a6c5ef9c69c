import { Failure } from '../../failure.js';
import type { EntityTag } from '../../http/etag.js';

/** What a resource must be, or with `negated` must not be: locked with a token, or the bearer of an entity tag. */
export type Condition =
  | { readonly kind: 'token'; readonly negated: boolean; readonly token: string }
  | { readonly kind: 'etag'; readonly negated: boolean; readonly etag: EntityTag };

/** Conditions that must all hold. */
export interface ConditionList {
  /** The resource tag as it was sent, an absolute URI or an absolute path; undefined for the request URI. */
  readonly resource: string | undefined;
  readonly conditions: readonly Condition[];
}

/** Characters of the field, and conditions in it. */
export const maximumLength = 128 * 1024;
export const maximumConditions = 1024;

/** Resources that the field may be about: each is looked for, and its locks and those above it. */
export const maximumResources = 64;

/**
 * Parses an If header field (RFC 4918 section 10.4.2): lists that are all tagged or all untagged.
 * @returns one list at least
 * @throws Failure `malformed`
 */
export function parseIf(field: string): readonly ConditionList[] {
  if (field.length > maximumLength) {
    throw new Failure('malformed', `The If header field is over ${maximumLength} characters.`);
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
      if (resources.size > maximumResources) throw malformed(`is about over ${maximumResources} resources`);
      token = tokens.next();
    }
    if (token?.kind !== 'open') throw malformed('has something other than a list');
    const list = readList(tokens);
    conditions += list.length;
    if (conditions > maximumConditions) throw malformed(`has over ${maximumConditions} conditions`);
    lists.push({ resource, conditions: list });
  }
  if (lists.length === 0) throw malformed('is empty');
  return lists;
}

/** What the If header field of a request says. */
export interface IfConditions {
  /** Empty where there is no such field. */
  readonly lists: readonly ConditionList[];
  /**
   * The state tokens that the request submits: all that stand in the field, wherever and for whatever resource
   * (RFC 4918 section 10.4.1).
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
  if (!/^[a-z][a-z0-9+.-]*:[!-~]*$/i.test(uri)) throw malformed('has a state token that is no absolute URI');
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

/** The field cut into what its grammar is made of. */
class Tokens {
  readonly #field: string;
  // Entity tags may have spaces in them here, as in RFC 4918's own examples; resource tags, where clients send names raw.
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
    if (etag === undefined) throw malformed('cannot be read');
    return { kind: 'etag', etag: { weak: weak !== undefined, value: etag } };
  }
}
