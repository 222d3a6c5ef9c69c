/** Names that Unicode holds for the same or nearly: a server that is right keeps each as it is. Keys say what is tried. */
export const spellings: Readonly<Record<string, string>> = {
  'decomposed Latin': 'Pla\u0308ne',
  'composed Latin': 'Pl\u00e4ne',
  'A and a ring': 'A\u030a',
  'A with a ring': '\u00c5',
  'the sign for Angstrom': '\u212b',
  'Hangul letters': '\u1112\u1161\u11ab\u1100\u1173\u11af',
  'Hangul syllables': '\ud55c\uae00',
  'accents in canonical order': 'e\u0323\u0302',
  'accents in another order': 'e\u0302\u0323',
  'both accents composed': '\u1ec7',
  'one accent composed': '\u1eb9\u0302',
  'the sign for Kelvin': '\u212a',
  'the letter K': 'K',
  'a letter for compatibility': '\uf900',
  'the letter that it stands for': '\u8c48',
  'Devanagari that NFC takes apart': '\u0958',
  'the same apart': '\u0915\u093c',
};

/** A path as clients write it. */
export function target(...names: readonly string[]): string {
  return names.map((name) => `/${encodeURIComponent(name)}`).join('');
}

/** The hrefs in an answer, in their order. */
export function hrefsIn(xml: string): string[] {
  return [...xml.matchAll(/<(?:\w+:)?href>([^<]*)</g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
}

/** The path of an href, decoded. */
export function pathOf(href: string): string {
  return decodeURIComponent(href.replace(/^https?:\/\/[^/]*/, ''));
}
