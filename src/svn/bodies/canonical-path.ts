/**
 * The forms of paths that svn's own client writes and Subversion's libraries enforce with assert(), which ends the
 * process (subversion/libsvn_subr/dirent_uri.c: relpath_is_canonical, svn_fspath__is_canonical).
 */

const dots = /(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * Whether a text is a relative path as Subversion defines it: no empty, `.` or `..` segment, no slash at either end.
 */
export function isRelpath(text: string): boolean {
  return !/^\/|\/$|\/\/|\0/.test(text) && !dots.test(text);
}

/** Whether a text is a path from the root of a repository as Subversion defines it. */
export function isFspath(text: string): boolean {
  return text.startsWith('/') && isRelpath(text.slice(1));
}

const schemeAndAuthority = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\/[^/?#]*/;

/**
 * The path that a URL or an absolute path in a report names, decoded; undefined if Subversion would not accept it: the
 * decoded path must be canonical.
 */
export function pathOfUrl(text: string): string | undefined {
  const encoded = text.replace(schemeAndAuthority, '');
  const isUrl = encoded.length < text.length;
  // Subversion removes the last slash of a URL, but not of a path.
  const path = isUrl ? encoded.replace(/\/$/, '') || '/' : encoded;
  if (/[?#]/.test(path)) return undefined;
  const decoded = decodedBytes(path);
  return decoded !== undefined && isFspath(decoded) ? decoded : undefined;
}

/** Decodes each byte into one character, because only slashes, dots and NUL matter; undefined for an invalid escape. */
function decodedBytes(path: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
