import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../failure.js';

/** What SQLite keeps beside a database's file, under its name and with its mode. */
const besides = ['-wal', '-shm', '-journal'];

/** Links behind each other that are followed, as Linux does (path_resolution(7)). */
const mostLinks = 40;

/** O_PATH of Linux's open(2), which Node does not name; one number on all of Node's processors. */
const pathOnly = 0o10000000;

/** Where a database's file is, once the links that may be followed are; or why it must not be opened. */
export type StatePlace =
  | { readonly kind: 'file'; /** Absolute, with no link in its last name. */ readonly real: string }
  /** What is wrong, where, and what to do: no full stop. */
  | { readonly kind: 'fault'; readonly words: string };

/**
 * Where a state database's file is or would be. A link in the place of the file is followed where nobody but this user
 * or root can have put it there; what SQLite keeps beside the file is never one. Another user's link would have this
 * process, which may be root's, change the mode of a file that it leads to, or make a database there.
 * @param file absolute
 * @param uid this process's effective user id; undefined where the system has none
 * @throws Node's error where the file's folder cannot be reached
 */
export function statePlace(file: string, uid: number | undefined): StatePlace {
  const real = realFile(file, uid);
  if (typeof real !== 'string') return { kind: 'fault', words: linkInWords(real.untrusted) };
  const alone = isOursAlone(dirname(real), uid);
  for (const path of [real, ...besides.map((suffix) => real + suffix)]) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (path !== real && found?.isSymbolicLink()) return { kind: 'fault', words: linkInWords(path) };
    // A second name in a folder that others write is a link as well.
    if (!alone && found?.isFile() === true && found.nlink > 1) {
      return { kind: 'fault', words: linkInWords(path) };
    }
  }
  return { kind: 'file', real };
}

function realFile(file: string, uid: number | undefined): string | { readonly untrusted: string } {
  let path = file;
  for (let links = 0; links <= mostLinks; links += 1) {
    const real = join(realpathSync.native(dirname(path)), basename(path));
    const found = lstatSync(real, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() !== true) return real;
    if (!isTrusted(found.uid, uid) || !isOursAlone(dirname(real), uid)) return { untrusted: real };
    path = resolve(dirname(real), readlinkSync(real));
  }
  return { untrusted: file };
}

function linkInWords(path: string): string {
  return (
    `${path} is a link, in a place where others than this user or root can put one: ` +
    'remove it, and give its folder to this user alone, or name another place'
  );
}

/** Whether only this user and root can put something into a folder. */
function isOursAlone(folder: string, ours: number | undefined): boolean {
  const { uid, mode } = statSync(folder);
  return isTrusted(uid, ours) && (mode & 0o022) === 0;
}

function isTrusted(uid: number, ours: number | undefined): boolean {
  return uid === 0 || uid === ours;
}

/**
 * Makes the folder of a database's file where there is none, for its owner alone.
 * @param folder absolute
 * @throws Node's error; also in /proc, where `mkdir -p` of Node's own goes round in a circle
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another instance may have been faster.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/**
 * Makes a database's file where there is none, and lets nobody but its owner read it: lock tokens are in it, and what
 * users wrote into properties. SQLite gives the same mode to the files that it makes beside it; what it has left there is
 * closed to others, too. No file that is there is opened but for its path: closing it would end the locks that SQLite
 * has on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 * @param file absolute
 * @param uid as {@link statePlace} takes it
 * @returns the file that SQLite is to open
 * @throws Failure `unavailable` as {@link statePlace} says; Node's error where a file is open to others and its mode
 *   cannot be changed
 */
export function keepToOwner(file: string, uid: number | undefined): string {
  const place = statePlace(file, uid);
  if (place.kind === 'fault') {
    throw new Failure('unavailable', `The state database could not be opened: ${place.words}.`);
  }
  const { real } = place;
  make(real);
  for (const path of [real, ...besides.map((suffix) => real + suffix)]) closeToOthers(path);
  return real;
}

/** A link that came meanwhile is no way: O_EXCL follows none. */
function make(real: string): void {
  if (lstatSync(real, { throwIfNoEntry: false })) return;
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  try {
    closeSync(openSync(real, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
  } catch (error) {
    // Another instance may have been faster.
    if (lstatSync(real, { throwIfNoEntry: false })?.isFile() !== true) throw error;
  }
}

/** Changes the mode of the file that was looked at, on Linux of none that has taken its name since. */
function closeToOthers(path: string): void {
  const isOpen = (found: { readonly mode: number; isFile(): boolean }): boolean =>
    found.isFile() && (found.mode & 0o077) !== 0;
  const seen = lstatSync(path, { throwIfNoEntry: false });
  if (!seen || !isOpen(seen)) return;
  if (platform() !== 'linux') {
    chmodSync(path, 0o600);
    return;
  }
  const descriptor = openSync(path, pathOnly | constants.O_NOFOLLOW);
  try {
    const held = fstatSync(descriptor);
    if (held.ino === seen.ino && held.dev === seen.dev && isOpen(held)) {
      chmodSync(`/proc/self/fd/${descriptor}`, 0o600);
    }
  } finally {
    closeSync(descriptor);
  }
}
