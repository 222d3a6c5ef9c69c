// Controls, line and paragraph separators, and what turns the direction of writing.
const deceptive = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A name from a database for a person to read: what would steer a terminal or fake a line stands as `\u001b`. */
export function legible(name: string): string {
  return name.replace(
    deceptive,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
