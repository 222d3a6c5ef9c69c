/** A choice in words. */
export function oneOf(values: readonly (string | undefined)[]): string {
  return values.length === 1
    ? (values[0] ?? '')
    : `one of ${values.slice(0, -1).join(', ')} and ${values.at(-1) ?? ''}`;
}
