/** A span of bytes, both ends included (RFC 9110 section 14.1.2). */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** What a Range header field asks for: the whole, some parts, or nothing that exists. */
type RangeRequest =
  | { readonly kind: 'whole' }
  | { readonly kind: 'parts'; readonly parts: readonly [ByteRange, ...ByteRange[]] }
  | { readonly kind: 'unsatisfiable' };

const whole = { kind: 'whole' } as const;
const specification = /^(\d*)-(\d*)$/;

/** A request with more ranges than this gets the whole (RFC 9110 section 14.2 warns of such requests). */
const maximumParts = 50;

/** The longest field to read, in characters; a longer one has too many parts. */
const maximumLength = 4096;

/**
 * Reads a Range header field for a representation of `size` bytes. A field that has another unit, is invalid, or has
 * too many or overlapping parts is ignored, as RFC 9110 section 14.2 allows: the whole is sent.
 */
export function parseRange(field: string | undefined, size: number): RangeRequest {
  const match =
    field === undefined || field.length > maximumLength ? null : /^bytes\s*=(.*)$/i.exec(field.trim());
  const set = match?.[1];
  if (set === undefined) return whole;
  const specs = set
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
  if (specs.length === 0 || specs.length > maximumParts) return whole;
  // "The last 5 bytes" of an empty file are satisfiable (RFC 9110 section 14.1.2), but no Content-Range can describe
  // them.
  if (size === 0 && specs.some((spec) => /^-0*[1-9]\d*$/.test(spec))) return whole;
  const parts: ByteRange[] = [];
  for (const spec of specs) {
    const part = parsePart(spec, size);
    if (part === 'malformed') return whole;
    if (part) parts.push(part);
  }
  const [first, ...others] = parts;
  if (!first) return { kind: 'unsatisfiable' };
  if (overlap(parts)) return whole;
  return { kind: 'parts', parts: [first, ...others] };
}

function parsePart(spec: string, size: number): ByteRange | undefined | 'malformed' {
  const match = specification.exec(spec);
  const [, from = '', to = ''] = match ?? [];
  if (!match || (from === '' && to === '')) return 'malformed';
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? undefined : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return 'malformed';
  return first >= size ? undefined : { first, last };
}

function overlap(parts: readonly ByteRange[]): boolean {
  const sorted = [...parts].sort((a, b) => a.first - b.first);
  return sorted.some((part, index) => {
    const previous = sorted[index - 1];
    return previous !== undefined && part.first <= previous.last;
  });
}
