/** An entity tag (RFC 9110 section 8.8.3); `value` is the opaque part with its quotes. */
export interface EntityTag {
  readonly weak: boolean;
  readonly value: string;
}

const entityTag = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/y;

export function parseEntityTag(text: string): EntityTag | undefined {
  const tags = parseEntityTags(text);
  return tags?.length === 1 ? tags[0] : undefined;
}

/** The longest list to read, in characters. */
const maximumLength = 16_384;

/**
 * Parses a comma-separated list of entity tags.
 * @returns undefined if any member is invalid, the list is empty, or it is longer than 16,384 characters
 */
export function parseEntityTags(text: string): EntityTag[] | undefined {
  if (text.length > maximumLength) return undefined;
  const tags: EntityTag[] = [];
  let position = 0;
  for (;;) {
    while (text[position] === ' ' || text[position] === '\t' || text[position] === ',') position += 1;
    if (position >= text.length) return tags.length === 0 ? undefined : tags;
    entityTag.lastIndex = position;
    const match = entityTag.exec(text);
    const value = match?.[2];
    if (!match || value === undefined) return undefined;
    tags.push({ weak: match[1] !== undefined, value });
    position = entityTag.lastIndex;
    while (text[position] === ' ' || text[position] === '\t') position += 1;
    if (position < text.length && text[position] !== ',') return undefined;
  }
}

/** A list of tags; `*` if that is among its members: any representation. */
type TagList = '*' | readonly EntityTag[];

/**
 * Parses an If-Match or If-None-Match header field (RFC 9110 sections 13.1.1 and 13.1.2). Two fields, one of which is
 * `*`, arrive joined: the grammar allows no `*` in a list, but what such a client means is clear.
 * @returns undefined as `parseEntityTags`
 */
export function parseTagList(text: string): TagList | undefined {
  if (text.length > maximumLength) return undefined;
  const members = text.split(',').map((member) => member.trim());
  if (!members.includes('*')) return parseEntityTags(text);
  // A quoted tag may contain commas, with stars between them.
  const tags = parseEntityTags(text);
  if (tags) return tags;
  const others = members.filter((member) => member !== '*').join();
  return /^,*$/.test(others) || parseEntityTags(others) ? '*' : undefined;
}

/** Strong comparison (RFC 9110 section 8.8.3.2). */
export function matchesStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.value === b.value;
}

/** Weak comparison (RFC 9110 section 8.8.3.2). */
export function matchesWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.value === b.value;
}
