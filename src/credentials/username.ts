import type { DirectoryUser, UserDirectory } from '../django/directory.js';

/** No user has a longer name: Django's column holds 150 characters, custom user models often an address of 254. */
const maximumCharacters = 254;

/** Longer passwords, in bytes of UTF-8, are rejected without a check. */
export const maximumPasswordBytes = 4096;

/** A user name as the client sent it, and as the site's table may store it. */
export interface Username {
  /**
   * The spellings in the order in which to look for them: as the client sent it, then in Unicode's form NFKC. Django's
   * own forms and managers store the latter (`UsernameField.to_python`, `AbstractBaseUser.normalize_username`);
   * imports and other managers store what they get. Only one if both are equal.
   */
  readonly spellings: readonly [string, ...string[]];
  /** NFKC: the same for all spellings that may lead to one user. */
  readonly normalized: string;
}

/** @returns undefined if it is empty or has more than 254 characters (code points) in each spelling */
export function parseUsername(given: string): Username | undefined {
  // NFKC combines only a few code units into one character: a text this long stays too long and is not worth the work.
  if (given === '' || given.length > maximumCharacters * 8) return undefined;
  const normalized = given.normalize('NFKC');
  const [first, ...others] = [...new Set([given, normalized])].filter(fits);
  return first === undefined ? undefined : { spellings: [first, ...others], normalized };
}

function fits(username: string): boolean {
  return username.length <= maximumCharacters || Array.from(username).length <= maximumCharacters;
}

/**
 * The user with exactly that name or else with its normalised form. Looks for all spellings at once, so that an
 * unknown name takes as long as a known one.
 * @throws Failure `unavailable` if the database cannot answer
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
