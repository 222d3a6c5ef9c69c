/** Longer ones are nobody's: Django's column holds 150 characters, custom user models often an address of 254. */
const maximumCharacters = 254;

/**
 * The user name as Django stores it: NFKC (`AbstractBaseUser.normalize_username`, django.contrib.auth.base_user).
 * @returns undefined when it is empty or over 254 characters (code points)
 */
export function normalizeUsername(raw: string): string | undefined {
  // NFKC joins only a few code units into one character: a text this long stays too long, and is not worth the work.
  if (raw === '' || raw.length > maximumCharacters * 8) return undefined;
  const username = raw.normalize('NFKC');
  const fits = username.length <= maximumCharacters || Array.from(username).length <= maximumCharacters;
  return fits ? username : undefined;
}
