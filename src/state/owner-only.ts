import { chmodSync, closeSync, openSync, realpathSync, statSync } from 'node:fs';

/** What SQLite keeps beside a database's file, under its name and with its mode. */
const besides = ['', '-wal', '-shm', '-journal'];

/**
 * Makes a database's file where there is none, and lets nobody but its owner read it: lock tokens are in it, and what
 * users wrote into properties. SQLite gives the same mode to the files that it makes beside it; what it has left there is
 * closed to others, too. No file that is there is opened: closing it would end the locks that SQLite has on it
 * (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 * @param file absolute; a link is followed, as SQLite does
 * @throws Node's error where a file is open to others and its mode cannot be changed
 */
export function keepToOwner(file: string): void {
  if (!statSync(file, { throwIfNoEntry: false })) closeSync(openSync(file, 'a', 0o600));
  const real = realpathSync(file);
  for (const suffix of besides) {
    const stat = statSync(real + suffix, { throwIfNoEntry: false });
    if (stat?.isFile() === true && (stat.mode & 0o077) !== 0) chmodSync(real + suffix, 0o600);
  }
}
