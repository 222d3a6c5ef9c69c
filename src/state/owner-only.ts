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

/** The files that SQLite keeps beside a database's file, under its name and with its mode. */
const besides = ['-wal', '-shm', '-journal'];

/** The most symbolic links to follow in a row, as on Linux (path_resolution(7)). */
const mostLinks = 40;

/** O_PATH of Linux's open(2), which Node does not name; the number is the same on all processors that Node supports. */
const pathOnly = 0o10000000;

/** Where a database's file is, after following the permitted links; or why it must not be opened. */
type StatePlace =
  | { readonly kind: 'file'; /** Absolute; its last name is not a link. */ readonly real: string }
  /** What is wrong, where, and what to do; without a full stop. */
  | { readonly kind: 'fault'; readonly words: string };

/**
 * Where a state database's file is or would be. A link in place of the file is followed only if nobody but this user
 * or root can have put it there; the files that SQLite keeps beside it must never be links. Another user's link could
 * make this process, which may run as root, change the mode of a file that the link points to, or create a database
 * there.
 * @param file absolute
 * @param uid this process's effective user id; undefined if the system has none
 * @throws Node's error if the file's folder cannot be reached
 */
export function statePlace(file: string, uid: number | undefined): StatePlace {
  const real = realFile(file, uid);
  if (typeof real !== 'string') return { kind: 'fault', words: linkInWords(real.untrusted) };
  const alone = isOursAlone(dirname(real), uid);
  for (const path of [real, ...besides.map((suffix) => real + suffix)]) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (path !== real && found?.isSymbolicLink()) return { kind: 'fault', words: linkInWords(path) };
    // In a folder that others can write to, a second name is as bad as a link.
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
    `${path} is a link, in a place where users other than this one and root can put one: ` +
    'remove it, and give its folder to this user only, or name another place'
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
 * Creates the folder of a database's file if there is none, for its owner only.
 * @param folder absolute
 * @throws Node's error; also in /proc, where Node's own `mkdir -p` loops forever
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
 * Creates a database's file if there is none, and lets only its owner read it: it contains lock tokens and what users
 * have written into properties. SQLite gives the same mode to the files that it creates beside it; files that it has
 * left there are closed to others, too. Existing files are opened for their path only: closing a normal descriptor
 * would release SQLite's locks on the file (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 * @param file absolute
 * @param uid as for {@link statePlace}
 * @returns the file for SQLite to open
 * @throws Failure `unavailable` as {@link statePlace} says; Node's error if a file is open to others and its mode
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

/** A link that has appeared in the meantime does no harm: O_EXCL does not follow it. */
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

/** Changes the mode of the file that was checked and, on Linux, never of one that has taken its name since. */
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
