import type { DirectoryUser, UserDirectory } from '../django/directory.js';

/** Longer ones are nobody's: Django's column holds 150 characters, custom user models often an address of 254. */
const maximumCharacters = 254;

/** Longer passwords, in bytes of UTF-8, are wrong without being checked. */
export const maximumPasswordBytes = 4096;

/** A user name as it was given, and as it may stand in the site's table. */
export interface Username {
  /**
   * In the order in which they are looked for: as it was given, then in Unicode's form NFKC. Django's own forms and
   * managers store the latter (`UsernameField.to_python`, `AbstractBaseUser.normalize_username`), imports and other
   * managers whatever they were given. Only one where both are the same.
   */
  readonly spellings: readonly [string, ...string[]];
  /** NFKC: one for all spellings that may lead to one user. */
  readonly normalized: string;
}

/** @returns undefined when it is empty or over 254 characters (code points) in each spelling */
export function parseUsername(given: string): Username | undefined {
  // NFKC joins only a few code units into one character: a text this long stays too long, and is not worth the work.
  if (given === '' || given.length > maximumCharacters * 8) return undefined;
  const normalized = given.normalize('NFKC');
  const [first, ...others] = [...new Set([given, normalized])].filter(fits);
  return first === undefined ? undefined : { spellings: [first, ...others], normalized };
}

function fits(username: string): boolean {
  return username.length <= maximumCharacters || Array.from(username).length <= maximumCharacters;
}

/**
 * The user of that name: who has it exactly, or else in its normalised form. All spellings are looked for at once, so
 * that a name that nobody has takes as long as one that somebody has.
 * @throws Failure `unavailable` when the database cannot answer
 */
export async function findUser(
  directory: UserDirectory,
  { spellings }: Username,
): Promise<DirectoryUser | undefined> {
  const [only, ...others] = spellings;
  if (others.length === 0) return directory.find(only);
  const users = await Promise.all(spellings.map((spelling) => directory.find(spelling)));
  return users.find((user) => user !== undefined);
}
