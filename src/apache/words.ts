/** The words of a line, as Apache reads them: in quotes, a backslash escapes the quote and itself. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at += 1;
    if (at >= text.length) return words;
    const quote = text.charAt(at);
    const quoted = quote === '"' || quote === "'";
    if (quoted) at += 1;
    const letters: string[] = [];
    while (at < text.length && (quoted ? text.charAt(at) !== quote : !isSpace(text.charAt(at)))) {
      const next = text.charAt(at + 1);
      if (quoted && text.charAt(at) === '\\' && (next === '\\' || next === quote)) at += 1;
      letters.push(text.charAt(at));
      at += 1;
    }
    if (quoted) at += 1;
    words.push(letters.join(''));
  }
}

function isSpace(letter: string): boolean {
  return letter === ' ' || letter === '\t' || letter === '\r' || letter === '\v' || letter === '\f';
}

/**
 * Whether a name matches a pattern of `*` and `?`, as Include has them.
 * @param pattern no `/`; its length times the name's bounds the work
 */
export function matchesWildcard(pattern: string, name: string): boolean {
  let [inPattern, inName] = [0, 0];
  let star: { readonly pattern: number; readonly name: number } | undefined;
  while (inName < name.length) {
    const letter = pattern.charAt(inPattern);
    if (letter === '*') {
      star = { pattern: inPattern, name: inName };
      inPattern += 1;
    } else if (letter !== '' && (letter === '?' || letter === name.charAt(inName))) {
      inPattern += 1;
      inName += 1;
    } else if (star) {
      star = { pattern: star.pattern, name: star.name + 1 };
      inPattern = star.pattern + 1;
      inName = star.name;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
