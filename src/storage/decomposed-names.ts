import { Breath } from '../async/breath.js';
import { child, shareRoot, type SharePath } from '../http/target.js';
import type { ReadableStorage } from './storage.js';

const ascii = /^[ -~]*$/;

/**
 * The characters that a Mac does not decompose, although Unicode's form NFD does: U+2000 to U+2FFF, U+F900 to U+FAFF
 * and U+2F800 to U+2FAFF (Apple Technical Note 1150, "Canonical Decomposition"). The combining marks among them cannot
 * be decomposed, but have an order.
 */
const keptWhole = /([\u2000-\u20cf\u2100-\u2fff\uf900-\ufaff\u{2f800}-\u{2faff}]+)/u;

/**
 * A character with its combining marks, some of which compose on their own (U+1B3B), or the letters of a Hangul
 * syllable or of a vowel of Kirat Rai: a sequence that composes to at most one character.
 */
const composable = /[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\u{16d63}\u{16d67}]{2,3}|\P{M}?\p{M}+/gu;

/** A name as macOS sends it: letters and accents separate, the accents in canonical order. */
export function decomposedByMac(name: string): string {
  if (ascii.test(name)) return name;
  const runs = name.split(keptWhole);
  return runs.map((run, index) => (index % 2 === 0 ? run.normalize('NFD') : run)).join('');
}

/**
 * The composed name (Unicode's form NFC) that macOS sends as `name`.
 * @returns undefined if there is none: no Mac turns another name into `name`
 */
export function composedFor(name: string): string | undefined {
  if (ascii.test(name) || decomposedByMac(name) !== name) return undefined;
  const composed = name.replace(composable, (piece) => {
    const whole = piece.normalize('NFC');
    return decomposedByMac(whole) === piece ? whole : piece;
  });
  return composed === name ? undefined : composed;
}

/**
 * The path that a Mac means, although it sends names decomposed. Each name stays as it is unless nothing has that name
 * and something has the composed one. A resource that does not exist keeps the name that the client sent. Only paths
 * with a name that may be a decomposed one are looked up.
 */
export async function findForMac(storage: ReadableStorage, path: SharePath): Promise<SharePath> {
  const names = path.slice(1).split('/');
  const last = names.findLastIndex((name) => composedFor(name) !== undefined);
  if (last === -1) return path;
  const breath = new Breath();
  let found: SharePath = shareRoot;
  let isThere = true;
  let isOneByOne = false;
  for (const [index, name] of names.entries()) {
    const exact = child(found, name);
    if (exact === undefined) return path;
    const composed: string | undefined = isThere ? composedFor(name) : undefined;
    const other: SharePath | undefined = composed === undefined ? undefined : child(found, composed);
    found = exact;
    if (other === undefined) continue;
    await breath.pause();
    if (await storage.stat(exact)) {
      // Usually all names were created in the same form: one look at the whole path then saves a look at each name.
      if (!isOneByOne && index < last && (await storage.stat(path))) return path;
      isOneByOne = true;
      continue;
    }
    isOneByOne = true;
    isThere = (await storage.stat(other)) !== undefined;
    if (isThere) found = other;
  }
  return found;
}
