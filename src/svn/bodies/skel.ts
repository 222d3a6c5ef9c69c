import { Failure } from '../../failure.js';

/** The most nested lists in what svn posts: `( create-txn-with-props ( NAME VALUE … ) )`. */
const deepest = 8;

/** Elements: a name and a value for each revision property. */
const mostElements = 10_000;

const [open, close] = [0x28, 0x29];

/**
 * Checks the body of a POST to `!svn/me`, a skel (subversion/libsvn_subr/skel.c). Subversion reads the lists in it
 * recursively, and a deeply nested one would crash it.
 * @throws Failure `malformed`
 */
export function checkSkel(bytes: Buffer): void {
  let depth = 0;
  let at = 0;
  let elements = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === open) {
      depth += 1;
      if (depth > deepest) throw malformed();
      at += 1;
    } else if (byte === close) {
      depth -= 1;
      if (depth < 0) throw malformed();
      at += 1;
    } else if (isSpace(byte)) at += 1;
    else if (isDigit(byte)) at = afterCounted(bytes, at);
    else if (isLetter(byte)) at = afterWord(bytes, at);
    else throw malformed();
    if (!isSpace(byte)) elements += 1;
    if (elements > mostElements) throw malformed();
    // Subversion reads one element and nothing after it.
    if (depth === 0) break;
  }
  if (depth > 0 || bytes.subarray(at).some((byte) => !isSpace(byte))) throw malformed();
}

/** `LENGTH`, one white-space character, and that many bytes. */
function afterCounted(bytes: Buffer, start: number): number {
  let [at, length] = [start, 0];
  while (at < bytes.length && isDigit(bytes[at] ?? 0)) {
    length = length * 10 + (bytes[at] ?? 0) - 0x30;
    if (length > bytes.length) throw malformed();
    at += 1;
  }
  if (!isSpace(bytes[at] ?? 0) || at + 1 + length > bytes.length) throw malformed();
  return at + 1 + length;
}

function afterWord(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && !isSpace(bytes[at] ?? 0) && !isParenthesis(bytes[at] ?? 0)) at += 1;
  return at;
}

/** Square brackets also end a word. */
function isParenthesis(byte: number): boolean {
  return byte === open || byte === close || byte === 0x5b || byte === 0x5d;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d && byte !== 0x0b);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function malformed(): Failure {
  return new Failure('malformed', 'The body is not a list in Subversion\u2019s format.');
}
