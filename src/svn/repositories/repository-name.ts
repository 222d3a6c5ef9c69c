declare const repositoryName: unique symbol;

/** A name that a repository below a parent path can have: one segment of a URL, and of a path on any system. */
export type RepositoryName = string & { readonly [repositoryName]: true };

/**
 * Bytes of the longest file name (limits.h, NAME_MAX), minus what a temporary name adds while the repository is being
 * created.
 */
const longest = 240;

/** @returns a sentence that says why `name` cannot name a repository; undefined if it can */
export function faultOfName(name: string): string | undefined {
  if (name === '') return 'The name of a repository must not be empty.';
  if (Buffer.byteLength(name) > longest) return `A repository\u2019s name must not exceed ${longest} bytes.`;
  if (!name.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return 'A repository\u2019s name must not contain control characters.';
  }
  if (/[/\\]/.test(name)) return 'A repository\u2019s name must not contain slashes.';
  // mod_dav_svn writes it into XML unescaped.
  if (name.includes('&'))
    return 'A repository\u2019s name must not contain "&", because svn could not reach it.';
  if (/^[.\-!]/.test(name)) return 'A repository\u2019s name must not begin with ".", "-" or "!".';
  if (/^\s|\s$/.test(name)) return 'A repository\u2019s name must not begin or end with a space.';
  if (name !== name.normalize('NFC'))
    return 'A repository\u2019s name must be in Unicode\u2019s composed form (NFC).';
  return undefined;
}

export function isRepositoryName(name: string): name is RepositoryName {
  return faultOfName(name) === undefined;
}
