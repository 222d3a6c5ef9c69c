import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Arrival } from '../storage.js';
import { errnoOf } from './errno.js';
import type { Held } from './held.js';
import { isReservedName } from './reserved-names.js';

/** The original location of something that was set aside. */
export interface Origin {
  /** The names that lead there from the folder that contains the staging folder; at least one. */
  readonly names: readonly string[];
  readonly arrival: Arrival;
}

/** The second line of an origin file; the first is the original location. */
const byMember = 'by member';

/** Bytes: more than the longest path. */
const maximumSize = 64 * 1024;

/** The text of an origin file; names that are served do not contain line feeds. */
export function originText(place: string, arrival: Arrival): string {
  return arrival === 'by member' ? `${place}\n${byMember}` : place;
}

/** Reads what `originText` wrote; undefined for a text that davgate never writes. */
export function parseOrigin(text: string): Origin | undefined {
  const [place = '', arrival, ...rest] = text.split('\n');
  const names = place.split('/');
  if (rest.length > 0 || (arrival !== undefined && arrival !== byMember)) return undefined;
  if (!names.every(isOrdinary)) return undefined;
  return { names, arrival: arrival === undefined ? 'at once' : byMember };
}

function isOrdinary(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('\0') && !isReservedName(name);
}

/**
 * Reads the origin file `name` in a staging folder; `not ours` if another user created it or davgate did not write it.
 */
export function readOrigin(folder: Held, name: string): Origin | 'missing' | 'not ours' {
  let descriptor: number;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    descriptor = openSync(`${folder.path}/${name}`, flags);
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'missing' : 'not ours';
  }
  try {
    const stats = fstatSync(descriptor);
    if (
      !stats.isFile() ||
      stats.uid !== folder.stats().uid ||
      stats.nlink !== 1 ||
      stats.size > maximumSize
    ) {
      return 'not ours';
    }
    return parseOrigin(readFileSync(descriptor, 'utf8')) ?? 'not ours';
  } finally {
    closeSync(descriptor);
  }
}
