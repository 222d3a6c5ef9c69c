/** Where passwords occur in the output of a site's Python: in a URL, in a libpq or keyword argument, in a setting. */
const secrets: readonly (readonly [pattern: RegExp, shown: string])[] = [
  // Up to the last @, because not everyone encodes an @ in a password.
  [/(:\/\/[^\s:@/'"]*:)\S*@/g, '$1…@'],
  [/(\b\w*(?:password|passwd|secret_key)['"]?\s*[:=]\s*)(['"])(?:\\.|(?!\2).)*\2/gi, '$1$2…$2'],
  [/(\b(?:password|passwd)=)(?!['"])[^\s&'",;)]+/gi, '$1…'],
];

export function maskSecrets(text: string): string {
  return secrets.reduce((masked, [pattern, shown]) => masked.replace(pattern, shown), text);
}
