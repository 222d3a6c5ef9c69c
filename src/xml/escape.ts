const escapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);

// Characters that XML 1.0 cannot contain; they become U+FFFD.
const unspeakable = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const needsCare = /[^\t\n -%'-;=?-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

// Most text matches this, which is much faster to test than code points.
const plain = /^[ -%'-;=?-~]*$/;

/** Character data. */
export function escapeText(text: string): string {
  if (plain.test(text) || !needsCare.test(text)) return text;
  return text
    .replace(unspeakable, '\ufffd')
    .replace(/[&<>\r]/g, (character) => escapes.get(character) ?? character);
}

/** An attribute value to put between double quotes. */
export function escapeAttribute(text: string): string {
  return text
    .replace(unspeakable, '\ufffd')
    .replace(/[&<>"\t\n\r]/g, (character) => escapes.get(character) ?? character);
}
