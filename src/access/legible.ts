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
