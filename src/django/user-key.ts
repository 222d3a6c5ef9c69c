/** A UUID as Django writes it. */
const hyphenated = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A UUID as Django stores it if the database has no type for it: char(32). */
const plain = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;
/** An integer of at most 64 bits, as Python writes it. */
const integer = /^(?:0|-?[1-9]\d{0,18})$/;

/** A primary key from the database as Django's `str(pk)`. */
export function keyText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  if (typeof value !== 'string') return '';
  return value.replace(plain, '$1-$2-$3-$4-$5');
}

/** The two forms in which the database may store the key that Django writes as `text`; equal if there is only one. */
export function storedKeys(text: string): readonly [bigint | string, bigint | string] {
  if (integer.test(text)) return [BigInt(text), BigInt(text)];
  return [text, hyphenated.test(text) ? text.replaceAll('-', '') : text];
}
