import { Breath } from '../async/breath.js';
import { child, shareRoot, type SharePath } from '../http/target.js';
import type { ReadableStorage } from './storage.js';

const ascii = /^[ -~]*$/;

/**
 * What a Mac does not take apart though Unicode's form NFD does: U+2000 to U+2FFF, U+F900 to U+FAFF and U+2F800 to
 * U+2FAFF (Apple Technical Note 1150, "Canonical Decomposition"). The combining marks among them have nothing to be
 * taken apart, but an order.
 */
const keptWhole = /([\u2000-\u20cf\u2100-\u2fff\uf900-\ufaff\u{2f800}-\u{2faff}]+)/u;

/**
 * A character with its combining marks, some of which compose without any (U+1B3B), or the letters of a Hangul syllable
 * or of a vowel of Kirat Rai: what composes to one character at most.
 */
const composable = /[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\u{16d63}\u{16d67}]{2,3}|\P{M}?\p{M}+/gu;

/** A name as macOS sends it: letters and accents apart, the accents in canonical order. */
export function decomposedByMac(name: string): string {
  if (ascii.test(name)) return name;
  const runs = name.split(keptWhole);
  return runs.map((run, index) => (index % 2 === 0 ? run.normalize('NFD') : run)).join('');
}

/**
 * The composed name (Unicode's form NFC) that macOS makes `name` of when it sends it.
 * @returns undefined where there is none: no Mac makes `name` of another one
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
 * The path of what a Mac means, whose names come taken apart: each name as it stands, unless nothing has that name and
 * something has the composed one. What is nowhere keeps the name that it was given. Only a path with a name that may be
 * a composed one taken apart is looked up.
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
      // As a rule all names were made in one way: then one look at the whole does for the looks at each.
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
