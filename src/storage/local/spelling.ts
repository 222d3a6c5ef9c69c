import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync, unlinkSync } from 'node:fs';
import type { Held, Reach, RealPath } from './held.js';

/** How long it is believed that a folder tells names apart, in milliseconds: another one may be mounted there. */
const believed = 5000;

/** Folders of which that is known at once. */
const maximumKnown = 4096;

const ascii = /^[ -~]*$/;

/**
 * Sees to it that a name reaches only what is spelled so. Some file systems and folders find a file under other
 * spellings too (letter case, Unicode's forms, a dot at the end, names of eight letters), and do not say which is its
 * own; there the folder's own list of names decides. Whether a folder is of that kind shows by asking for a name that
 * is in it in another spelling.
 */
export class Spelling {
  /** Folders that tell names apart, they and all above them, by the kind of name that has shown it; and until when. */
  readonly #known = new Map<string, number>();
  readonly #reach: Reach;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(reach: Reach, now: () => number) {
    this.#reach = reach;
    this.#now = now;
  }

  /** Whether a path without links that was found under `name` in `folder` is known to be spelled as it was asked for. */
  isKnown(folder: RealPath, name: string): boolean {
    const until = this.#known.get(keyOf(folder, name));
    return until !== undefined && until > this.#now();
  }

  /** Says that all above `folder` is known, and that `name` in it has shown that it tells names apart. */
  learn(folder: RealPath, name: string): void {
    if (swappedCase(name) === name) return;
    if (this.#known.size >= maximumKnown) this.#known.clear();
    this.#known.set(keyOf(folder, name), this.#now() + believed);
  }

  /** To be called when folders have come to stand elsewhere. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * How a name stands in a folder in which something was found under it: `alone`, nothing else leads there; `listed`,
   * other names may lead there but this one is its own; `other`, its own is another.
   */
  look(folder: Held, name: string): 'alone' | 'listed' | 'other' {
    const others = otherSpellings(name).map((other) => `${folder.path}/${other}`);
    if (!others.some((other) => this.#reach.isThere(other))) return 'alone';
    return isListed(folder, name) ? 'listed' : 'other';
  }
}

/** Whether letter case makes a difference in a folder, as a new file shows. False where none can be made. */
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

/** Whether two names are one to a file system that does not tell letter case and Unicode's forms apart. */
export function isRespelled(name: string, other: string): boolean {
  return folded(name) === folded(other);
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** That a folder tells two ways to write accents apart shows only by names that have some. */
function keyOf(folder: RealPath, name: string): string {
  return hasTwoForms(name) ? `accents ${folder}` : folder;
}

function hasTwoForms(name: string): boolean {
  return !ascii.test(name) && name.normalize('NFC') !== name.normalize('NFD');
}

function otherSpellings(name: string): string[] {
  const spellings = [swappedCase(name), `${name}.`];
  // Unicode's casefold, as of ext4, drops characters that have no look.
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
