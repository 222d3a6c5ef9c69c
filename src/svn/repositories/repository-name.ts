declare const repositoryName: unique symbol;

/** A name that a repository can have below a parent path: one segment of a URL, and of a path on any system. */
export type RepositoryName = string & { readonly [repositoryName]: true };

/** Bytes of the longest name of a file (limits.h, NAME_MAX), less what a name for the time of its making adds. */
const longest = 240;

/** @returns a sentence that says why `name` cannot be a repository's; undefined where it can */
export function faultOfName(name: string): string | undefined {
  if (name === '') return 'A repository needs a name.';
  if (Buffer.byteLength(name) > longest) return `A repository's name has at most ${longest} bytes.`;
  if (!name.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return 'A repository\u2019s name must not hold control characters.';
  }
  if (/[/\\]/.test(name)) return 'A repository\u2019s name must not hold slashes.';
  // mod_dav_svn writes it into XML as it is.
  if (name.includes('&')) return 'A repository\u2019s name must not hold "&": svn could not reach it.';
  if (/^[.\-!]/.test(name)) return 'A repository\u2019s name must not begin with ".", "-" or "!".';
  if (/^\s|\s$/.test(name)) return 'A repository\u2019s name must not begin or end with a space.';
  if (name !== name.normalize('NFC'))
    return 'A repository\u2019s name must be in Unicode\u2019s composed form (NFC).';
  return undefined;
}

export function isRepositoryName(name: string): name is RepositoryName {
  return faultOfName(name) === undefined;
}
