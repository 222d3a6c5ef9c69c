import { randomBytes } from 'node:crypto';
import { opendirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { Breath } from '../../async/breath.js';
import { errnoOf } from './errno.js';
import type { Held, Reach } from './held.js';
import { named } from './named.js';

/** The most names of folders to hold in memory at once. */
const maximumWaiting = 1024;

/**
 * Removes what has this name in a folder, with everything below it. Never holds all names of a folder at once, and
 * keeps only a few folders open. Removes symbolic links and does not follow them.
 */
export async function removeLocalTree(reach: Reach, folder: Held, name: string): Promise<void> {
  const breath = new Breath();
  for (const _ of removal(reach, folder, name)) {
    const rest = breath.pause();
    if (rest) await rest;
  }
}

/** The same without giving others a turn: for the start, when there are none. What cannot be removed stays. */
export function removeLocalTreeAtOnce(reach: Reach, folder: Held, name: string): void {
  try {
    for (const _ of removal(reach, folder, name));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** One step for each member. */
function* removal(reach: Reach, folder: Held, name: string): Generator<undefined> {
  const path = `${folder.path}/${name}`;
  if (isUnlinked(path)) return;
  using top = reach.hold(path, 'held');
  if (!top) return;
  while (!isRemovedEmpty(path)) {
    const folders: string[] = [];
    yield* emptying(top, (bytes) => {
      const member = bytes.toString();
      return (
        folders.push(Buffer.from(member).equals(bytes) ? member : lift(top, bytes, top)) < maximumWaiting
      );
    });
    for (const member of folders) {
      using inner = reach.hold(`${top.path}/${member}`, 'held');
      if (!inner) continue;
      yield* emptying(inner, (bytes) => {
        lift(inner, bytes, top);
        return true;
      });
      isRemovedEmpty(`${top.path}/${member}`);
    }
  }
}

/**
 * Moves a folder up to where it can be reached without its parents, so that a deep tree does not keep a folder open
 * for each level.
 * @returns its new name
 */
function lift(from: Held, name: Buffer, to: Held): string {
  const lifted = randomBytes(8).toString('hex');
  renameSync(named(from, name), `${to.path}/${lifted}`);
  return lifted;
}

/** Removes a folder's files and empty folders. Calls `full` with each of the other folders until it returns false. */
function* emptying(folder: Held, full: (name: Buffer) => boolean): Generator<undefined> {
  // Names need not be UTF-8: in this encoding each byte is a character.
  const entries = opendirSync(folder.path, { encoding: 'latin1' });
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      const name = Buffer.from(entry.name, 'latin1');
      const path = named(folder, name);
      if (!entry.isDirectory()) unlinkIfThere(path);
      else if (!isRemovedEmpty(path) && !full(name)) break;
      yield;
    }
  } finally {
    entries.closeSync();
  }
}

/** Removes a file or link if it exists. */
export function unlinkIfThere(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** @returns whether it is gone; false for a folder */
function isUnlinked(path: string): boolean {
  try {
    unlinkIfThere(path);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    // For a folder, Linux reports EISDIR and POSIX EPERM.
    if (code !== 'EISDIR' && code !== 'EPERM') throw error;
    return false;
  }
}

/** @returns whether it is gone */
function isRemovedEmpty(path: string | Buffer): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    // POSIX allows both.
    if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
    return false;
  }
}
