import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync, unlinkSync } from 'node:fs';
import type { Held, Reach, RealPath } from './held.js';

/** How long to trust that a folder distinguishes names, in milliseconds: another file system may be mounted there. */
const believed = 5000;

/** The most folders to remember. */
const maximumKnown = 4096;

const ascii = /^[ -~]*$/;

/**
 * Makes sure that a name reaches only a file with exactly that name. Some file systems and folders also find a file
 * under other spellings (letter case, Unicode's forms, a dot at the end, short names of eight letters) and do not tell
 * which one is its own; in these the folder's own list of names decides. Asking for an existing name in another
 * spelling shows whether a folder is of that kind.
 */
export class Spelling {
  /**
   * Folders that distinguish names, as do all folders above them, keyed by the kind of name that has shown it; and
   * until when to trust that.
   */
  readonly #known = new Map<string, number>();
  readonly #reach: Reach;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(reach: Reach, now: () => number) {
    this.#reach = reach;
    this.#now = now;
  }

  /**
   * Whether a path without links that was found under `name` in `folder` is known to have exactly the requested
   * spelling.
   */
  isKnown(folder: RealPath, name: string): boolean {
    const until = this.#known.get(keyOf(folder, name));
    return until !== undefined && until > this.#now();
  }

  /** Records that everything above `folder` is known, and that `name` has shown that the folder distinguishes names. */
  learn(folder: RealPath, name: string): void {
    if (swappedCase(name) === name) return;
    if (this.#known.size >= maximumKnown) this.#known.clear();
    this.#known.set(keyOf(folder, name), this.#now() + believed);
  }

  /** Call this after folders have moved. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * How a name relates to a folder in which something was found under it: `alone`, no other name leads there;
   * `listed`, other names may lead there, but this one is the file's own; `other`, the file's own name is different.
   */
  look(folder: Held, name: string): 'alone' | 'listed' | 'other' {
    const others = otherSpellings(name).map((other) => `${folder.path}/${other}`);
    if (!others.some((other) => this.#reach.isThere(other))) return 'alone';
    return isListed(folder, name) ? 'listed' : 'other';
  }
}

/** Whether a folder distinguishes letter case, tested with a new file. False if no file can be created. */
export function tellsCase(reach: Reach, folder: Held): boolean {
  const name = `.davgate-case-${randomBytes(8).toString('hex')}`;
  const path = `${folder.path}/${name}`;
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch {
    return false;
  }
  try {
    return !reach.isThere(`${folder.path}/${name.toUpperCase()}`);
  } finally {
    unlinkSync(path);
  }
}

/** Whether a file system that does not distinguish letter case and Unicode's forms takes two names for the same. */
export function isRespelled(name: string, other: string): boolean {
  return folded(name) === folded(other);
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Only a name with accents can show that a folder distinguishes the two ways to write them. */
function keyOf(folder: RealPath, name: string): string {
  return hasTwoForms(name) ? `accents ${folder}` : folder;
}

function hasTwoForms(name: string): boolean {
  return !ascii.test(name) && name.normalize('NFC') !== name.normalize('NFD');
}

function otherSpellings(name: string): string[] {
  const spellings = [swappedCase(name), `${name}.`];
  // Unicode's casefold, as in ext4, drops invisible characters.
  if (!ascii.test(name)) spellings.push(name.normalize('NFC'), name.normalize('NFD'));
  spellings.push(`${name}\u200d`);
  return spellings.filter((other) => other !== name);
}

function swappedCase(name: string): string {
  let swapped = '';
  for (const letter of name) {
    const lower = letter.toLowerCase();
    swapped += letter === lower ? letter.toUpperCase() : lower;
  }
  return swapped;
}

function isListed(folder: Held, name: string): boolean {
  try {
    return readdirSync(folder.path).includes(name);
  } catch {
    return false;
  }
}
